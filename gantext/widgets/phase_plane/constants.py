"""What Python and JavaScript know of the phase plane under the same names.

``python -m tools.formulas`` writes them into ``constants.js``. Words in braces are filled in.
"""

from __future__ import annotations

from gantext.widgets.phase_plane import menus

GAMES = {name: {"key": game.key, "dirac": game.dirac} for name, game in menus.GAMES.items()}
# Which of the figure's traits a rule uses beside eta, and how many numbers it carries beside the
# players.
RULES = {
    name: {
        "key": choice.key,
        "uses": [choice.trait] if choice.trait else [],
        "carried": menus.carried(choice.rule),
        "affine": choice.affine,
    }
    for name, choice in menus.RULES.items()
}
FALLBACK = "extragradient"  # in place of a rule that a newly chosen game does not have
# How the first step of a rule is taken apart where it is drawn.
ANATOMY = {"simultaneous": "tangent", "alternating": "half", "extragradient": "trial"}
PENALTIES = {
    name: {"weights": penalty.weights, "kinked": penalty.kinked}
    for name, penalty in menus.PENALTIES.items()
}
# Lowest, highest, and how far a control moves at once.
RANGES = {
    "eta": (0.01, 2.0, 0.01),
    "damping": (0.0, 1.0, 0.05),
    "gamma": (0.0, 4.0, 0.05),
    "beta": (-0.9, 0.9, 0.05),
    "strength": (0.0, 2.0, 0.05),
    "x": (-2.0, 2.0, 0.05),
    "y": (-2.0, 2.0, 0.05),
    "steps": (0, 300, 1),
}

VIEW = 2.5  # half the width of the plane
EXTENT = 1.35  # the same of the complex plane, unless a multiplier is farther out
FEWEST = 10  # steps to measure a growth from
FASTEST = 1000  # a growth beyond which none is told
FAR = 1e100  # a distance beyond which nothing is measured
TOLD = 1e6  # a distance beyond which it is not told
ARRIVED = 1e-12  # the share of the first distance at which the equilibrium is reached
FIRM = 1e-3  # a multiplier's size, or the share of the largest, below which its angle is not told
STRAIGHT = 1e-3  # degrees from no turn, or from half a turn, that count as none
# The orbit is followed from two more starts, which differ from its own by this much, relatively. If
# one of them separates beyond the second number, rounding errors grow like that as well, and no two
# programs agree.
NUDGE, SEPARATION = 1e-7, 1e-3

# How the numbers are said, and all else.
SETTINGS = {
    "eta": "η = {value}",
    "damping": "damping {value}",
    "gamma": "γ = {value}",
    "beta": "β = {value}",
    "strength": "weight {value}",
}
WORDS = {
    "sentence": "{rule} ({settings}) on {game}: {predicted} {measured}.",
    "beside": " Beside it {rule}: {predicted} {measured}.",
    "set": "{rule} ({settings})",
    "plain": "{game}",
    "damped": "{game} ({damping})",
    "dirac": "the {game}",
    "penalised": "the {game} ({penalty}, {gamma})",
    "predicted": "growth per step predicted {growth},",
    "kinked": (
        "growth per step not predicted, because the penalty has a kink at the equilibrium "
        "and the Jacobian there tells nothing;"
    ),
    "measured": "measured {growth} over steps {first} to {last}",
    "unmeasured": "not measured, because {why}",
    "unbounded": "the orbit is beyond every bound",
    "arrived": "the orbit is at the equilibrium",
    "sensitive": "the orbit depends on the seventh digit of its start",
    "short": f"that takes {FEWEST} steps",
    "fast": f"the distance grows more than {FASTEST} times a step",
    "closed": "{name}: expected one without {rule}, which is closed on f = xy only, for the {game}",
}
LABELS = {
    "start": "start",
    "trial": "trial step",
    "tangent": "tangent",
    "half": "one player first",
    "unit": "unit circle",
    "measured": "growth measured",
    "leading": "× {growth}{turn}",
    "turn": ", turn {turn}°",
}
TITLES = {
    "plane": "flow and steps: click, or drag the start",
    "steps": "flow and steps",  # of the picture, which nobody clicks
    "x": "generator",
    "y": "discriminator",
    "spectrum": "multipliers of a step",
    "real": "real part",
    "imaginary": "imaginary part",
}
