"""Keys: the key ring, sealing at rest, key rotation, signed links."""
