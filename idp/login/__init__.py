"""Proof of identity: passwords, second factors, the choice of account; sessions keep what was proven."""
