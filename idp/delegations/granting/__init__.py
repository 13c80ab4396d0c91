"""The life of a delegation: offered or asked, accepted, suspended, renewed, ended; and who is told of it."""
