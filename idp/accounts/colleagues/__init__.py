"""The people of an organization: who is invited and joins, what each may do, and how it ends."""
