"""Who asks: client authentication and registration."""
