"""Experiments that need longer than a chapter has: what they are, and what they gave."""
