"""The HTTP edge of journey: one file a screen."""
