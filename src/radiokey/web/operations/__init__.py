"""For those who run a base: health, metrics, the demonstration, a witness."""
