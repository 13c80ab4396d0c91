"""The pages of who is signed in, one file a use case."""
