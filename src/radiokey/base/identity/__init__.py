"""People and programs: staff, roles, sign-in, API tokens."""
