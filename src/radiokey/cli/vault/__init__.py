"""`radiokey vault`: numbers and codes in one age file, and what other commands take from one."""
