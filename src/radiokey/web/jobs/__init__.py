"""What runs beside the site in a background loop: scheduler with mails, log monitor, key rotation."""
