"""The funds and their register of organizations; who may act for one is left to `accounts` and `delegations`."""
