"""The two-point world of mode collapse: its loss in closed form, and the game."""
