"""What is given: tokens, claims, and what becomes of them."""
