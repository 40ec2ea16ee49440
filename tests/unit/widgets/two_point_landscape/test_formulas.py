"""What the landscape's script computes, and what it must know for that."""

import math

from gantext.widgets.two_point_landscape import constants
from gantext.widgets.two_point_landscape.formulas import LOSSES, formulas


def test_no_stationary_point_is_beyond_the_map():
    for world in constants.WORLDS:
        q = LOSSES[world].stationary_points(3.0, 0.0).q[0]
        assert math.log(q / (1 - q)) > -constants.WIDEST


def test_every_formula_has_a_name_and_a_range():
    found = formulas()
    per_world = {"Loss", "Stationary", "Turn", "Threshold", "Roll"}
    expected = {f"{w}{name}" for w in ("first", "second") for name in per_world}
    assert set(found) == expected | {"logitOf", "shareOf", "present", "kick"}
    for computed in found.values():
        for group in computed.arguments:
            assert all(low < high for low, high in group.values())
