"""What ends: sign-out, and who is told."""
