"""The thing in the dash: a pure core that is given the time. No clock, no I/O, no randomness."""
