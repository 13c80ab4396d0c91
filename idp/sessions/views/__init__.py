"""The HTTP edge of sessions: the way to a page of ours that is for who is signed in."""
