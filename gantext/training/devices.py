"""Where training runs."""

from __future__ import annotations

import torch


def pick_device(device: torch.device | str | None = None) -> torch.device:
    """Return the device that is named, or else CUDA, MPS or the CPU, the first that is there."""
    if device is not None:
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def most_precise_dtype(device: torch.device | str) -> torch.dtype:
    """Return float64, or float32 on MPS, which has no more."""
    return torch.float32 if torch.device(device).type == "mps" else torch.float64
