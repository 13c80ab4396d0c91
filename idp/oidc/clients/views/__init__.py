"""The HTTP edge of what programs ask."""
