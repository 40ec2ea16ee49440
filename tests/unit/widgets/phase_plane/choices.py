"""The games and rules of the phase plane, made here by hand."""

import gantext as gt
from gantext.games.bilinear import Bilinear
from gantext.games.dirac import DiracGAN, least_squares, wasserstein

GAMES = {
    "f = xy": Bilinear.xy(),
    "Dirac-GAN": DiracGAN(),
    "non-saturating Dirac-GAN": DiracGAN(non_saturating=True),
    "Wasserstein Dirac-GAN": DiracGAN(wasserstein),
    "least-squares Dirac-GAN": DiracGAN(least_squares),
}
RULES = {
    "simultaneous": (gt.Simultaneous(), {}),
    "alternating": (gt.Alternating(), {}),
    "extragradient": (gt.Extragradient(), {}),
    "optimistic": (gt.Optimistic(), {}),
    "simultaneous momentum": (gt.Momentum(alternating=False), {"beta": -0.3}),
    "alternating momentum": (gt.Momentum(), {"beta": -0.3}),
    "consensus": (gt.Consensus(), {"gamma": 0.7}),
    "symplectic adjustment": (gt.SymplecticGradientAdjustment(), {"strength": 0.7}),
    "proximal point": (gt.ProximalPoint(), {}),
}
