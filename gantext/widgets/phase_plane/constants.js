// Made by `python -m tools.formulas` from gantext.widgets.phase_plane.constants.
export const GAMES = {
  "f = xy": {"key": "bilinear", "dirac": false},
  "Dirac-GAN": {"key": "minimax", "dirac": true},
  "non-saturating Dirac-GAN": {"key": "nonSaturating", "dirac": true},
  "Wasserstein Dirac-GAN": {"key": "wasserstein", "dirac": true},
  "least-squares Dirac-GAN": {"key": "leastSquares", "dirac": true}
};
export const RULES = {
  "simultaneous": {"key": "simultaneous", "uses": [], "carried": 0, "affine": false},
  "alternating": {"key": "alternating", "uses": [], "carried": 0, "affine": false},
  "extragradient": {"key": "extragradient", "uses": [], "carried": 0, "affine": false},
  "optimistic": {"key": "optimistic", "uses": [], "carried": 2, "affine": false},
  "simultaneous momentum": {"key": "simultaneousMomentum", "uses": ["beta"], "carried": 2, "affine": false},
  "alternating momentum": {"key": "alternatingMomentum", "uses": ["beta"], "carried": 2, "affine": false},
  "consensus": {"key": "consensus", "uses": ["strength"], "carried": 0, "affine": false},
  "symplectic adjustment": {"key": "symplectic", "uses": ["strength"], "carried": 0, "affine": false},
  "proximal point": {"key": "proximal", "uses": [], "carried": 0, "affine": true}
};
export const FALLBACK = "extragradient";
export const ANATOMY = {"simultaneous": "tangent", "alternating": "half", "extragradient": "trial"};
export const PENALTIES = {
  "none": {"weights": [0, 0], "kinked": false},
  "R1": {"weights": [1, 0], "kinked": false},
  "WGAN-GP": {"weights": [0, 1], "kinked": true}
};
export const RANGES = {
  "eta": [0.01, 2.0, 0.01],
  "damping": [0.0, 1.0, 0.05],
  "gamma": [0.0, 4.0, 0.05],
  "beta": [-0.9, 0.9, 0.05],
  "strength": [0.0, 2.0, 0.05],
  "x": [-2.0, 2.0, 0.05],
  "y": [-2.0, 2.0, 0.05],
  "steps": [0, 300, 1]
};
export const VIEW = 2.5;
export const EXTENT = 1.35;
export const FEWEST = 10;
export const FASTEST = 1000;
export const FAR = 1e+100;
export const TOLD = 1000000.0;
export const ARRIVED = 1e-12;
export const FIRM = 0.001;
export const STRAIGHT = 0.001;
export const NUDGE = 1e-07;
export const SEPARATION = 0.001;
export const SETTINGS = {
  "eta": "η = {value}",
  "damping": "damping {value}",
  "gamma": "γ = {value}",
  "beta": "β = {value}",
  "strength": "weight {value}"
};
export const WORDS = {
  "sentence": "{rule} ({settings}) on {game}: {predicted} {measured}.",
  "beside": " Beside it {rule}: {predicted} {measured}.",
  "set": "{rule} ({settings})",
  "plain": "{game}",
  "damped": "{game} ({damping})",
  "dirac": "the {game}",
  "penalised": "the {game} ({penalty}, {gamma})",
  "predicted": "growth per step predicted {growth},",
  "kinked": "growth per step not predicted, because the penalty has a kink at the equilibrium and the Jacobian there tells nothing;",
  "measured": "measured {growth} over steps {first} to {last}",
  "unmeasured": "not measured, because {why}",
  "unbounded": "the orbit is beyond every bound",
  "arrived": "the orbit is at the equilibrium",
  "sensitive": "the orbit depends on the seventh digit of its start",
  "short": "that takes 10 steps",
  "fast": "the distance grows more than 1000 times a step",
  "closed": "{name}: expected one without {rule}, which is closed on f = xy only, for the {game}"
};
export const LABELS = {
  "start": "start",
  "trial": "trial step",
  "tangent": "tangent",
  "half": "one player first",
  "unit": "unit circle",
  "measured": "growth measured",
  "leading": "× {growth}{turn}",
  "turn": ", turn {turn}°"
};
export const TITLES = {
  "plane": "flow and steps: click, or drag the start",
  "steps": "flow and steps",
  "x": "generator",
  "y": "discriminator",
  "spectrum": "multipliers of a step",
  "real": "real part",
  "imaginary": "imaginary part"
};
