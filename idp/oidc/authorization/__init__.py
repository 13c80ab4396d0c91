"""What is asked and answered: from the authorization request to the code."""
