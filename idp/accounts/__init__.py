"""People and their organizations: accounts, addresses, memberships; proving who is there is left to `login`."""
