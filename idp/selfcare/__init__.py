"""The pages of who is signed in, about their own companies; what they do is decided in the slices below."""
