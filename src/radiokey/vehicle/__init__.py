"""The car around the radio: battery, generator, starter, key, and a clock that the caller moves."""
