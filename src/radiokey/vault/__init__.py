"""What an owner keeps: numbers and codes in one age file, and the card for the drawer at home."""
