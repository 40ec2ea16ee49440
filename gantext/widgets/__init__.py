"""Interactive figures."""

from gantext.widgets.interactive import InteractiveFigure

__all__ = ["InteractiveFigure"]
