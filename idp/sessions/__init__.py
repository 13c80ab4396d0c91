"""Who is signed in, since when, by which methods; how a person proves it is left to `login`."""
