"""The poll of owners: how often it happens to them, counted without knowing who they are."""
