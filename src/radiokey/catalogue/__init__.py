"""The radios that exist: one file per family of units, every fact with its evidence."""
