"""The interactive figure: what it draws, says, shows and survives (ipywidgets 7.7.1 and 8)."""

import base64
import re
from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from PIL import Image

import gantext as gt
from gantext.widgets import interactive


def draw_line(figure, slope=1.0, **others):
    figure.subplots().plot([0, 1], [0, slope])
    return f"A line with slope {slope:g}{' and more' if others else ''}."


def make(**controls):
    return gt.InteractiveFigure(draw_line, **(controls or {"slope": (0.0, 4.0, 0.5)}))


def picture(figure):
    """Return the HTML of the figure's place and of the read-out."""
    _, shown, read_out = figure.widget.children
    return shown.value, read_out.value


def test_moving_a_control_changes_the_picture_the_alt_text_and_the_sentence():
    figure = make()
    before, png = picture(figure), figure.png
    assert 'alt="A line with slope 2."' in before[0]
    assert before[1] == '<p role="status">A line with slope 2.</p>'
    figure.controls["slope"].value = 3.5
    after = picture(figure)
    assert 'alt="A line with slope 3.5."' in after[0]
    assert after[1] == '<p role="status">A line with slope 3.5.</p>'
    assert figure.sentence == "A line with slope 3.5."
    assert figure.png != png
    assert base64.b64encode(figure.png).decode() in after[0]


def test_the_same_state_gives_the_same_bytes():
    figure = make()
    first = figure.png
    figure.controls["slope"].value = 0.0
    assert figure.png != first
    figure.controls["slope"].value = 2.0
    assert figure.png == first


def test_the_png_has_the_figures_size_and_is_white():
    image = Image.open(BytesIO(make().png))
    width, height = plt.rcParams["figure.figsize"]
    dpi = plt.rcParams["figure.dpi"]
    assert image.size == (int(width * dpi), int(height * dpi))
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_drawing_leaves_pyplot_alone():
    before = plt.get_fignums()
    figure = make()
    figure.controls["slope"].value = 1.0
    assert plt.get_fignums() == before


def test_repr_names_the_values_and_no_address():
    def here():
        return None

    choice = ipywidgets.Dropdown(options=[("gradient", here), ("other", print)])
    figure = make(slope=ipywidgets.FloatSlider(0.1 + 0.2, step=0.1), rule=choice, on=True)
    expected = "InteractiveFigure(slope=0.3, rule='gradient', on=True)"
    assert repr(figure) == expected
    figure.controls["on"].value = False
    assert repr(figure) == expected.replace("True", "False")


def test_without_a_kernel_it_is_text_and_a_picture():
    figure = make()
    bundle = figure._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/plain", "image/png"}
    assert bundle["text/plain"] == "InteractiveFigure(slope=2)"
    assert base64.b64decode(bundle["image/png"]) == figure.png
    assert figure.png.startswith(b"\x89PNG")


def test_with_a_kernel_it_is_the_widget_too(monkeypatch):
    class Shell:
        kernel = object()

    monkeypatch.setattr(interactive, "get_ipython", Shell)
    figure = make()
    bundle = figure._repr_mimebundle_()
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == figure.widget.model_id
    assert {"text/plain", "image/png"} < set(bundle)


def test_a_later_failure_shows_its_message_and_the_next_change_recovers():
    def draw(figure, n):
        if n == 3:
            raise ValueError("n: expected <even>, got 3")
        figure.subplots()
        return f"n is {n}."

    figure = gt.InteractiveFigure(draw, n=(0, 4))
    figure.controls["n"].value = 3
    shown, read_out = picture(figure)
    assert shown.startswith('<p role="alert">')
    assert "ValueError: n: expected &lt;even&gt;, got 3" in shown
    assert read_out == ""
    assert figure._repr_mimebundle_() == {"text/plain": "InteractiveFigure(n=3)"}
    figure.controls["n"].value = 4
    assert picture(figure)[0].startswith("<img")
    assert picture(figure)[1] == '<p role="status">n is 4.</p>'


def test_a_first_failure_is_raised():
    def draw(figure, n):  # noqa: ARG001
        raise ZeroDivisionError("at once")

    with pytest.raises(ZeroDivisionError, match="at once"):
        gt.InteractiveFigure(draw, n=(0, 4))


def test_a_drawing_without_a_sentence_is_refused():
    with pytest.raises(TypeError, match=r"expected one sentence .* got None"):
        gt.InteractiveFigure(lambda figure: None)  # noqa: ARG005


def test_the_sentence_cannot_become_markup():
    evil = '"><script>alert(1)</script><img src=x onerror="alert(2)'
    figure = gt.InteractiveFigure(lambda figure, n: f"{evil}{n}", n=(0, 4))  # noqa: ARG005
    shown, read_out = picture(figure)
    assert len(re.findall("<", shown)) == 1
    assert re.fullmatch(r'<img src="[^"]+" alt="[^"]+" style="[^"]+">', shown)
    assert re.fullmatch(r'<p role="status">[^<]+</p>', read_out)


def test_every_control_has_a_label_and_sliders_wait_for_the_release():
    own = ipywidgets.FloatSlider(description="step size η")
    figure = make(slope=(0.0, 1.0), eta=own, method=["one", "two"], on=False)
    labels = {name: control.description for name, control in figure.controls.items()}
    assert labels == {"slope": "slope", "eta": "step size η", "method": "method", "on": "on"}
    assert own is figure.controls["eta"]
    assert not own.continuous_update
    assert not figure.controls["slope"].continuous_update


def test_controls_wrap_on_a_narrow_screen():
    figure = make(slope=(0.0, 1.0), on=True)
    panel = figure.widget.children[0]
    assert panel.layout.flex_flow == "row wrap"
    assert list(panel.children) == list(figure.controls.values())
    assert {control.layout.max_width for control in panel.children} == {"100%"}
    assert "max-width: 100%" in picture(figure)[0]


@pytest.mark.parametrize("wrong", [None, object(), ipywidgets.VBox()])
def test_what_is_no_control_is_refused(wrong):
    with pytest.raises(TypeError, match="slope"):
        make(slope=wrong)
