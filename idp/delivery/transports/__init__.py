"""How messages leave the house: a port, and an adapter for each way; when to try again is the courier's."""
