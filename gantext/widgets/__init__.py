"""Interactive figures: one folder a figure, and what all figures share."""
