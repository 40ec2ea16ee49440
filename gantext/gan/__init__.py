"""The game of two networks, and the networks that play it."""
