"""People and their organizations: accounts, addresses, numbers and memberships; proving who is there is left to `login`."""
