"""The provider: it owns accounts, sessions and the protocol, and leaves cryptography to `keys`."""
