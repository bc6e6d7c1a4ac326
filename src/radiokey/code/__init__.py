"""What opens a radio: a code that hides itself, its shape, and the families whose derivation is public."""
