"""The HTTP edge of authorization."""
