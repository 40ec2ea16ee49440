"""What every figure that moves without a kernel has in common."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, ClassVar

import anywidget
from IPython import get_ipython
from matplotlib.figure import Figure

from gantext.plotting.png import png
from gantext.widgets.bundle import module, stylesheet

FIGURE_MIME = "application/vnd.gantext.figure+json"
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float, digits: int) -> str:
    """Write a finite number with so many digits after the point, as the figures' scripts do.

    It is rounded half up, with a minus sign in place of a hyphen, and no sign at all on 0. The last
    bits, beyond nine digits after the point, make no difference.
    """
    exact = Decimal(round(float(value), 9)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(exact or abs(exact)).replace("-", "−")


def scientific(value: float, digits: int) -> str:
    """Write a number as `fixed` does, but as 2.3 × 10⁻⁴² where that would show only zeros."""
    if value == 0 or not abs(value) < 0.5 * 10.0**-digits:
        return fixed(value, digits)
    exact = Context(prec=2, rounding=ROUND_HALF_UP).create_decimal(float(value))
    mantissa, power = f"{exact:.1e}".split("e")
    return f"{mantissa} × 10{str(int(power)).translate(_RAISED)}".replace("-", "−")


class LiveFigure(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """A figure whose script answers the reader by itself, in Jupyter, on Colab and on the website.

    A subclass names its `script`, has a synchronised trait for each part of its state, and says in
    Python, by the library's own functions, what its script shows: `numbers`, `sentence` and `draw`.

    Attributes
    ----------
    script : str
        The figure's folder in ``gantext/widgets``.

    Notes
    -----
    In a notebook file a figure is stored as text, as a picture of its state when the cell was run,
    and as that state itself; the website's script makes the figure of it again. What a reader moves
    in Jupyter or on Colab arrives in the traits.

    Examples
    --------
    >>> import gantext as gt
    >>> issubclass(gt.OptimalCritic, gt.LiveFigure)
    True
    """

    script: ClassVar[str]
    # ipywidgets 7 would display the widget alone, without text and picture.
    _ipython_display_ = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give the class the script that it names; a subclass of a figure keeps its script."""
        if "script" in cls.__dict__:
            cls._esm = module(cls.script)
            cls._css = stylesheet()
        super().__init_subclass__(**kwargs)

    def numbers(self) -> Mapping[str, float | str]:
        """Compute what the figure shows as numbers.

        Returns
        -------
        dict
            By name; computed by the library in float64, not by the figure's script.
        """
        raise NotImplementedError

    def sentence(self) -> str:
        """Say what is seen.

        Returns
        -------
        str
            One or two sentences.
        """
        raise NotImplementedError

    def draw(self, figure: Figure) -> None:
        """Draw the picture that stands where no script runs.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            Empty.
        """
        raise NotImplementedError

    def stored(self) -> dict[str, Any]:
        """Return what a host needs to show the figure again.

        Returns
        -------
        dict
            The name of the ``module`` and the ``state``, plain data.
        """
        state = {name: getattr(self, name) for name in self.state_names()}
        return {"module": self.script, "state": state}

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.sentence()}"

    @classmethod
    def state_names(cls) -> list[str]:
        """Return the names of the traits that the script reads.

        Returns
        -------
        list of str
            In alphabetical order.
        """
        own = set(cls.class_traits(sync=True)) - set(LiveFigure.class_traits(sync=True))
        return sorted(name for name in own if not name.startswith("_"))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give Jupyter the text, the picture, the state and, where a kernel answers, the widget."""
        figure = Figure()  # outside pyplot: nothing to close, nothing left over
        self.draw(figure)
        data: dict[str, Any] = {
            "text/plain": repr(self),
            "image/png": base64.b64encode(png(figure)).decode(),
            FIGURE_MIME: self.stored(),
        }
        metadata: dict[str, Any] = {}
        if getattr(get_ipython(), "kernel", None) is not None:
            shown = super()._repr_mimebundle_(**kwargs)
            if shown is not None:  # it is None once the widget is closed
                data[_WIDGET_VIEW] = shown[0][_WIDGET_VIEW]
                metadata |= shown[1]  # Colab asks here for a manager of foreign widgets
        return data, metadata
