"""Programs that use the provider as anyone may: over its protocol, and by its commands."""
