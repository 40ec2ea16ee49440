"""Toy worlds with closed forms, one file each.

All is float64: what is array-like becomes it, and every result is. Leading dimensions are a batch,
and those of several arguments broadcast. What is out of its range raises ValueError.
"""
