"""What is due at night among all delegations, locked for whoever deals with it."""
