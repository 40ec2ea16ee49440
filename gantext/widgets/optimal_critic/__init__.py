"""The critic who answers at once, and the forger whose distribution you reshape."""
