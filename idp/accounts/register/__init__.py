"""What an import of the register changes for people: what to do with it is left to `accounts.memberships`."""
