"""The HTTP edge of login: one file a screen."""
