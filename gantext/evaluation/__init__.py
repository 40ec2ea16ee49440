"""How good samples are, and how sure one can be of it."""
