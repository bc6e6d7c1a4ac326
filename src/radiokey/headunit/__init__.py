"""The thing in the dash: a pure core that is told the time and never asks. No I/O, no randomness."""
