"""The ledger of units: import, look-up, coverage, making a unit."""
