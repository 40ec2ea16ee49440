"""What a generator learns to imitate: mixtures of known density, and small images.

What is out of its range or of another shape raises ValueError, of another type TypeError.
"""
