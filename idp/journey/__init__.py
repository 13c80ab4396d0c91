"""On the way to an answer: steps, hub, and which journey a browser is on; what a step asks is left to its slice."""
