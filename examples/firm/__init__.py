"""A partner firm's application, a third party: it knows what its user allowed, and reads one API of the fund."""
