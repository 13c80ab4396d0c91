"""Proof that someone holds a secret or a mailbox, and how often one may try; its use is the caller's."""
