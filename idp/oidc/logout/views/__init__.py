"""The HTTP edge of sign-out."""
