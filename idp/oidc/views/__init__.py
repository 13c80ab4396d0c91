"""The HTTP edge of the protocol as a whole: discovery and keys."""
