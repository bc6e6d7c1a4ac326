"""What every page and route for staff shares."""
