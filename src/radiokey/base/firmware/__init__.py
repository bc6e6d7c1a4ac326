"""Firmware that the base publishes for units: a TUF repository, and the image's own signature."""
