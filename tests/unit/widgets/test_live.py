"""What all figures have in common."""

import pytest
import traitlets

import gantext as gt
from gantext.widgets import live
from gantext.widgets.bundle import module, stylesheet
from gantext.widgets.live import FIGURE_MIME

VIEW = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """Stands for IPython where a kernel runs."""

    kernel = object()


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.0625, 3, "0.063"), (-1.5, 1, "−1.5"), (-1e-12, 2, "0.00"), (0.9595, 3, "0.960")],
)
def test_numbers_are_rounded_half_up_with_a_minus_sign(value, digits, text):
    assert live.fixed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.26e-42, 4, "1.3 × 10⁻⁴²"),
        (-4.9e-4, 3, "−4.9 × 10⁻⁴"),
        (5e-4, 3, "0.001"),
        (0.0, 4, "0.0000"),
        (12.5, 0, "13"),
    ],
)
def test_what_would_be_zeros_alone_is_written_with_a_power(value, digits, text):
    assert live.scientific(value, digits) == text


def test_a_figure_carries_its_script_and_style():
    figure = gt.OptimalCritic()
    assert figure._esm == module("optimal_critic")
    assert figure._css == stylesheet()


def test_the_state_is_what_the_class_declares_and_nothing_of_jupyters():
    assert gt.OptimalCritic.state_names() == ["letter", "p_data", "p_g"]
    assert set(gt.OptimalCritic().stored()["state"]) == {"letter", "p_data", "p_g"}


def test_a_subclass_keeps_the_script_and_may_add_to_the_state():
    class Larger(gt.OptimalCritic):
        """With one more trait."""

        extra = traitlets.Float(1.0).tag(sync=True)
        own = traitlets.Float(2.0)

    assert Larger().stored()["module"] == "optimal_critic"
    assert "extra" in Larger.state_names()
    assert "own" not in Larger.state_names()
    assert Larger()._esm == module("optimal_critic")


def test_with_a_kernel_there_is_a_widget_as_well(monkeypatch):
    monkeypatch.setattr(live, "get_ipython", Kernel)
    figure = gt.OptimalCritic()
    data, _ = figure._repr_mimebundle_()
    assert data[VIEW]["model_id"] == figure.model_id
    assert {"text/plain", "image/png", FIGURE_MIME} < data.keys()


def test_a_closed_widget_is_still_text_and_a_picture(monkeypatch):
    monkeypatch.setattr(live, "get_ipython", Kernel)
    monkeypatch.setattr(live.anywidget.AnyWidget, "_repr_mimebundle_", lambda *_, **__: None)
    data, metadata = gt.OptimalCritic()._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", FIGURE_MIME}
    assert metadata == {}


def test_colab_is_asked_for_its_widget_manager(monkeypatch):
    """Colab reads in an output's metadata that it must load a manager of foreign widgets."""
    asked = {VIEW: {"colab": {"custom_widget_manager": {"url": "somewhere"}}}}
    monkeypatch.setattr(live, "get_ipython", Kernel)
    monkeypatch.setattr(
        live.anywidget.AnyWidget, "_repr_mimebundle_", lambda *_, **__: ({VIEW: {}}, asked)
    )
    assert gt.OptimalCritic()._repr_mimebundle_()[1] == asked


def test_ipywidgets_7_does_not_display_it_by_itself():
    assert gt.OptimalCritic._ipython_display_ is None


def test_a_figure_without_words_of_its_own_cannot_be_shown():
    class Silent(gt.LiveFigure):
        """Says nothing."""

        script = "optimal_critic"

    with pytest.raises(NotImplementedError):
        repr(Silent())
