"""The HTTP edge of delegations: one file a screen."""
