"""What a program of a firm may do by itself, for the organizations that let it."""
