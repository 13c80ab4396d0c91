"""What happened, in the transaction in which it happened; reading it is left to the command line."""
