"""What is deleted once it is of no use, or may be kept no longer. What, and when, is a table of `app.py`."""
