"""The HTTP edge of consent: one file a screen."""
