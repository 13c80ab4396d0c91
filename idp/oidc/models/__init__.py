"""The rows of the protocol: clients, grants, refresh tokens, subjects, signing keys."""
