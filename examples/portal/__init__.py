"""The fund's member portal, a relying party: it knows people by what the provider says, and stores nothing."""
