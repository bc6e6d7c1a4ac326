"""Signing in, and the account page of a staff member."""
