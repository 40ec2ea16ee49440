"""Small figures of one idea each: a picture, and a sentence whose numbers can be dragged.

An idea is three files of one name: the class with its words and formulas in ``NAME.py``, its script
in ``NAME.js``, and in ``NAME.made.js`` what ``python -m tools.formulas`` makes of the first for the
second.
"""
