"""Which addresses are to be certified again, asked by whole sets; what is done about it is left to the use case."""
