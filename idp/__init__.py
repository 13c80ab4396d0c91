"""The provider: it owns accounts, sessions and the protocol; cryptography is left to `keys`, applications' consent to `consent`."""
