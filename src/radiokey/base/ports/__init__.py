"""What the base needs from outside, as protocols and stored structs."""
