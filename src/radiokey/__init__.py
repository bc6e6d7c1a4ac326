"""Radiokey gets a locked car radio playing again, for its owner and only for its owner."""
