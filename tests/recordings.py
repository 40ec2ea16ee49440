"""A recording and a record without a training."""

import torch

import gantext as gt


def made(frames=3, count=5, side=4, name="made", **others):
    """Return a recording of random numbers."""
    draw = torch.Generator().manual_seed(len(name))
    fields = {
        "name": name,
        "steps": tuple(range(10, 10 * frames + 1, 10)),
        "extent": (-1.0, 3.0),
        "modes": torch.tensor([[0.0, 0.0], [1.0, 2.0]]),
        "samples": 4 * torch.rand(frames, count, 2, generator=draw, dtype=torch.float64) - 1,
        "surface": torch.rand(frames, side, side, generator=draw, dtype=torch.float64),
        "generator_loss": tuple(0.7 + 0.1 * k for k in range(frames)),
        "discriminator_loss": tuple(1.4 - 0.1 * k for k in range(frames)),
        "favourite": (1,) * frames,
        "share": (0.125,) * frames,
        "captured": (2,) * frames,
        "quality": (0.25,) * frames,
    }
    return gt.Recording(**(fields | others))


def recorded(rows=("a, b, c", "a, d, c", "e, d, c", "a, d, f, g"), seeds=3, kept=2, **others):
    """Return a record of random numbers, one row better than the other."""
    draw = torch.Generator().manual_seed(len(rows))
    shape = (len(rows), seeds, 2)
    fields = {
        "name": "made",
        "rows": tuple(rows),
        "seeds": seeds,
        "steps": (10, 20),
        "measures": {
            "captured": torch.randint(9, shape, generator=draw).double(),
            "quality": torch.randint(2501, shape, generator=draw).double() / 2500,
            "w1": 3 * torch.rand(shape, generator=draw, dtype=torch.float64),
        },
        "samples": torch.randn(len(rows), kept, 5, 2, generator=draw),
    }
    return gt.Record(**(fields | others))
