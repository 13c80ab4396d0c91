"""Which partners' applications may have an organization's data: the word of its holders, asked for or given at once."""
