"""The funds and their register of organizations; who may act for an organization is left to `accounts` and `delegations`."""
