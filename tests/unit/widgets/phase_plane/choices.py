"""The games and rules of the phase plane, made here by hand."""

import gantext as gt

GAMES = {
    "f = xy": gt.Bilinear.xy(),
    "Dirac-GAN": gt.DiracGAN(),
    "non-saturating Dirac-GAN": gt.DiracGAN(gt.NonSaturating()),
    "Wasserstein Dirac-GAN": gt.DiracGAN(gt.Wasserstein()),
    "least-squares Dirac-GAN": gt.DiracGAN(gt.ZeroSum(gt.LeastSquares())),
}
RULES = {
    "simultaneous": (gt.Simultaneous(), {}),
    "alternating": (gt.Alternating(), {}),
    "extragradient": (gt.Extragradient(), {}),
    "optimistic": (gt.Optimistic(), {}),
    "simultaneous momentum": (gt.Simultaneous(optimizer=gt.HeavyBall()), {"beta": -0.3}),
    "alternating momentum": (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": -0.3}),
    "consensus": (gt.Consensus(), {"gamma": 0.7}),
    "symplectic adjustment": (gt.SymplecticGradientAdjustment(), {"strength": 0.7}),
    "proximal point": (gt.ProximalPoint(), {}),
}
