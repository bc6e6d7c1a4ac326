"""Signing in, and what a person of the staff has of their own."""
