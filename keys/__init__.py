"""Keys owns all cryptography: signing keys, sealing at rest, digests, signed values, password hashes.

It is plain Python, is given the time, and leaves storage, requests and the rules of the protocol to `idp`.
"""
