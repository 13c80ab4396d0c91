"""The HTTP edge of accounts: one file a screen."""
