"""How good samples are, and how sure one can be of it.

Samples may have leading dimensions, such as the members of a population, and each is judged by
itself, one that has diverged too: a sample that is NaN or infinite is near nothing.
What is out of its range or of another shape raises ValueError, of another type TypeError.
"""
