"""What the base signs for a unit: a new chip, a pairing that ends, the answer to a navigation unit."""
