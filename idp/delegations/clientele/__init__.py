"""The firm's side: which companies it asks, which of its people serve whom, and tables for thousands of clients."""
