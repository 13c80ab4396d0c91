"""Proof that someone holds a secret, a mailbox or a phone, and how often one may try; what is done with it is the caller's."""
