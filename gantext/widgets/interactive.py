"""A figure that is drawn again when a control moves, and stays a picture where no kernel runs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets
from IPython import get_ipython
from matplotlib.figure import Figure
from traitlets import TraitError

from gantext.core.annotations import accepts, shown
from gantext.core.arguments import checked_arguments
from gantext.plotting.png import png

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class InteractiveFigure:
    """Controls, the figure that they draw, and a sentence that says what it shows.

    Parameters
    ----------
    draw : callable
        ``draw(figure, **values) -> str`` draws on an empty matplotlib Figure and returns one
        sentence that says what is seen. The sentence stands under the figure and is its
        alternative text.
    **controls : Widget, tuple, list, dict, bool, int, float or str
        One for each argument of `draw`: an ipywidgets widget, or what `ipywidgets.interact` makes
        one of, such as ``(0.0, 1.0, 0.1)``. A control without a description gets its name, and
        sliders redraw when they are released.

    Attributes
    ----------
    controls : dict of str to Widget
        The controls by name.
    widget : VBox
        The controls and the figure, as the notebook shows them.
    sentence : str
        What `draw` last returned, or why it failed.
    png : bytes
        The figure as last drawn; empty after a failure.

    Raises
    ------
    TypeError
        If nothing can be made of a control, or `draw` does not return a string.
    Exception
        Whatever the first call of `draw` raises. When a later one fails, its message takes the
        figure's place, and the next change draws again.

    Notes
    -----
    In a notebook file the figure is a PNG of its state when the cell was run, with a plain text
    that names the controls' values. With a running kernel it is the widget. It needs nothing
    but ipywidgets (7.7.1 or newer), so it answers on Colab as well.

    Examples
    --------
    >>> import gantext as gt
    >>> def draw(figure, slope):
    ...     figure.subplots().plot([0, 1], [0, slope])
    ...     return f"A line with slope {slope}."
    >>> gt.InteractiveFigure(draw, slope=(0, 10, 1))
    InteractiveFigure(slope=5)
    """

    @checked_arguments
    def __init__(self, draw: Callable[..., str], **controls: Any) -> None:
        if not accepts(draw, Figure(), **controls):
            told = ", ".join(["figure", *controls])
            raise TypeError(f"draw: expected a function of ({told}), got {shown(draw)}")
        self._draw = draw
        self.controls = {name: _control(name, given) for name, given in controls.items()}
        self._picture, self._read_out = ipywidgets.HTML(), ipywidgets.HTML()
        self.sentence, self.png = "", b""
        self._redraw()
        for control in self.controls.values():
            control.observe(self._on_change, names="value")
        row = ipywidgets.Layout(display="flex", flex_flow="row wrap", width="100%")
        panel = ipywidgets.Box(list(self.controls.values()), layout=row)
        self.widget = ipywidgets.VBox([panel, self._picture, self._read_out])

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={_text(c)}" for name, c in self.controls.items())
        return f"{type(self).__name__}({values})"

    def _redraw(self) -> None:
        figure = Figure()  # outside pyplot: nothing to close, nothing left over
        sentence = self._draw(figure, **{name: c.value for name, c in self.controls.items()})
        if not isinstance(sentence, str):
            raise TypeError(
                f"draw: expected one sentence (str) that says what is seen, got {sentence!r:.80}"
            )
        self.sentence, self.png = sentence, png(figure)
        source = f"data:image/png;base64,{base64.b64encode(self.png).decode()}"
        style = f"width: {figure.get_figwidth() * 96:.0f}px; max-width: 100%; height: auto"
        self._picture.value = f'<img src="{source}" alt="{escape(sentence)}" style="{style}">'
        self._read_out.value = f'<p role="status">{escape(sentence)}</p>'

    def _on_change(self, _change: Any) -> None:
        try:
            self._redraw()
        except Exception as error:  # in a callback it would vanish into a log
            self.sentence = f"This figure cannot be drawn. {type(error).__name__}: {error}"
            self.png = b""
            self._picture.value = f'<p role="alert">{escape(self.sentence)}</p>'
            self._read_out.value = ""

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        """Give Jupyter the text, the picture and, where a kernel answers, the widget."""
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.png:
            bundle["image/png"] = base64.b64encode(self.png).decode()
        if getattr(get_ipython(), "kernel", None) is not None:
            model = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
            bundle[_WIDGET_VIEW] = model
        return bundle


def _control(name: str, given: Any) -> Any:
    """Make a control of an abbreviation, name it, and let it wrap and fit on a narrow screen."""
    control = given
    if not isinstance(given, ipywidgets.Widget):
        try:
            control = ipywidgets.interactive.widget_from_abbrev(given)
        except (TraitError, TypeError, ValueError, RuntimeError):  # said below, with the name
            control = None
    if not isinstance(control, ipywidgets.DOMWidget) or not control.has_trait("value"):
        raise TypeError(
            f"{name}: expected a widget with a value or an ipywidgets abbreviation such as "
            f"(0.0, 1.0, 0.1), got {given!r:.80}"
        )
    control.description = control.description or name
    if control.has_trait("continuous_update"):
        control.continuous_update = False
    control.style.description_width = "initial"
    control.layout.width = control.layout.width or "22rem"
    control.layout.max_width = "100%"
    return control


def _text(control: Any) -> str:
    """Show a value so that it reads the same in every run: objects by their label, not address."""
    value = control.label if control.has_trait("label") else control.value
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
