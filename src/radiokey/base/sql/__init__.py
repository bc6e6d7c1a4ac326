"""The ports of `base` on real databases: statements in `.sql` files, migrations that only add."""
