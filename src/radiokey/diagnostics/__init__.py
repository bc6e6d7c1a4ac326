"""The plug: the head unit on the car's network. Pure cores, given the time, and the servers around them."""
