"""Toy worlds with closed forms, one file each."""
