"""What runs beside the site: the scheduler, mails, the log monitor, key rotation."""
