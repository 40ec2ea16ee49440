"""Sandboxes: where a submission runs, with nothing in reach that is worth having."""
