"""The edge of operations: what a balancer asks."""
