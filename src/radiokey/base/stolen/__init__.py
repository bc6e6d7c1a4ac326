"""The stolen list, and how a report on it is cleared."""
