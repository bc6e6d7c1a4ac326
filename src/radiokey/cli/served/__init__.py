"""What `radiokey unit` serves: a unit or a car, at addresses, with a hand at it and what is around it."""
