r"""How steep a layer or a network can be: its Lipschitz constant, exact, or bounded from above.

A function with :math:`|f(x) - f(y)| \le K |x - y|` is K-Lipschitz. For a linear layer the smallest
such K is its largest singular value; for a network of 1-Lipschitz activations, at most the product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
import torch
from scipy.optimize import linprog
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d

from gantext.core.annotations import Count, Where, Whole
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating

#: The slope of a leaky ReLU below zero: 0 is the plain ReLU, -1 the absolute value.
Slope = Annotated[float, Where("from -1 to 1", lambda value: -1 <= value <= 1)]

LinearMap = Callable[[Tensor], Tensor]


@checked_arguments
def spectral_norm(
    weight: Floating,
    size: Count | None = None,
    *,
    stride: Count = 1,
    padding: Whole = 0,
    rounds: Count = 200,
) -> Tensor:
    r"""Estimate a layer's largest singular value by power iteration, a scalar.

    A round applies the layer and its transpose, :math:`v \leftarrow W^T W v / |W^T W v|`. The
    estimate never exceeds the norm, is differentiable in the weight, and starts from the same
    random vector each time. A convolution is not its kernel as a matrix: here it acts on images.

    >>> import torch
    >>> import gantext as gt
    >>> kernel = torch.ones(1, 1, 3, 3)  # on 8 x 8 pixels with a border of zeros
    >>> round(gt.spectral_norm(kernel, 8, padding=1).item(), 3), kernel.norm().item()
    (8.291, 3.0)

    Parameters
    ----------
    weight : Tensor, shape (outputs, inputs) or (outputs, inputs, k, k)
        Of a linear layer, or the kernel of a convolution.
    size : int, optional
        Pixels a side of the images that come in, for a convolution.
    stride, padding : int
        As in ``nn.Conv2d``; the padding is with zeros.
    rounds : int
        How often; the error falls geometrically.
    """
    if weight.ndim == 2 and size is None:
        shape: tuple[int, ...] = (weight.shape[1],)
    elif weight.ndim == 4 and size is not None:
        shape = (weight.shape[1], size, size)
    else:
        raise ValueError(
            "weight: expected shape (outputs, inputs), or (outputs, inputs, k, k) with a size, "
            f"got {tuple(weight.shape)} and size={size}"
        )
    start = torch.from_numpy(np.random.default_rng(0).standard_normal(shape))
    v = unit(start.to(weight))
    forward, back = linear_maps(weight.detach(), size, stride, padding)
    for _ in range(rounds):
        v = unit(back(forward(v)))
    u = unit(forward(v))
    return (u * linear_maps(weight, size, stride, padding)[0](v)).sum()


@checked_arguments
def circular_norm(kernel: Floating, size: Count) -> Tensor:
    r"""Return the exact norm of a convolution on images that close up like a torus, a scalar.

    There the Fourier transform :math:`\hat K(\omega)` of the kernel turns the convolution into one
    small matrix for each frequency, and the norm is the largest of theirs (Sedghi, Gupta and Long
    2019, "The Singular Values of Convolutional Layers", arXiv:1805.10408).

    >>> import torch
    >>> import gantext as gt
    >>> gt.circular_norm(torch.ones(1, 1, 3, 3), 8)
    tensor(9.)

    Parameters
    ----------
    kernel : Tensor, shape (outputs, inputs, k, k)
        Of stride 1.
    size : int
        Pixels a side of the images, at least k.
    """
    if kernel.ndim != 4 or max(kernel.shape[2:]) > size:
        raise ValueError(
            f"kernel: expected shape (outputs, inputs, k, k) with k up to size={size}, "
            f"got {tuple(kernel.shape)}"
        )
    transformed = torch.fft.fft2(kernel, s=(size, size))
    return torch.linalg.matrix_norm(transformed.movedim((0, 1), (2, 3)), 2).amax()


@checked_arguments
def lipschitz_bound(weights: Sequence[Floating]) -> Tensor:
    r"""Return the product of the layers' norms, a scalar: no network with these is steeper.

    Its activations must be 1-Lipschitz, as ReLU, tanh and `MaxMin` are (Szegedy et al. 2014,
    "Intriguing properties of neural networks").

    >>> import torch
    >>> import gantext as gt
    >>> gt.lipschitz_bound([2 * torch.eye(2), torch.ones(1, 2)])
    tensor(2.8284)

    Parameters
    ----------
    weights : sequence of Tensor, shape (outputs, inputs)
        From the first layer to the last.
    """
    _chain(weights)
    return torch.stack([torch.linalg.matrix_norm(w, 2) for w in weights]).prod()


@checked_arguments
def lipschitz_constant(
    weights: Sequence[Floating], biases: Sequence[Floating], *, slope: Slope = 0.0
) -> float:
    """Return the exact Lipschitz constant of a small network of (leaky) ReLUs.

    Between the places where a unit switches, the network is linear. All patterns of units that are
    on together somewhere are tried; linear programs say which these are. Their number grows fast,
    and to compute the constant is NP-hard (Virmaux and Scaman 2018, arXiv:1805.10965).

    >>> import torch
    >>> import gantext as gt
    >>> first, last = torch.tensor([[1.0], [-1.0]]), torch.tensor([[1.0, -1.0]])
    >>> gt.lipschitz_constant([first, last], [torch.zeros(2), torch.zeros(1)])  # relu(x) - relu(-x)
    1.0

    Parameters
    ----------
    weights : sequence of Tensor, shape (outputs, inputs)
        From the first layer to the last; at most 16 units between.
    biases : sequence of Tensor, shape (outputs,)
        As many.
    slope : float
        Of the units below zero.
    """
    _chain(weights)
    wanted, shapes = [(len(w),) for w in weights], [tuple(b.shape) for b in biases]
    if wanted != shapes:
        raise ValueError(f"biases: expected vectors of shapes {wanted}, got {shapes}")
    if (units := sum(len(w) for w in weights[:-1])) > 16:
        raise ValueError(f"weights: expected at most 16 units between the ends, got {units}")
    layers = [
        (w.detach().cpu().double().numpy(), b.detach().cpu().double().numpy())
        for w, b in zip(weights, biases, strict=True)
    ]
    return max(float(np.linalg.norm(j, 2)) for j in _linear_pieces(layers, slope))


def linear_maps(
    weight: Tensor, size: int | None, stride: int, padding: int
) -> tuple[LinearMap, LinearMap]:
    """Return a layer without its bias, and its transpose, as functions of one sample."""
    if size is None:
        matrix = weight.flatten(1)
        return (lambda v: matrix @ v), (lambda u: matrix.T @ u)
    lost = (size + 2 * padding - weight.shape[-1]) % stride  # rows that no patch reaches

    def forward(v: Tensor) -> Tensor:
        return conv2d(v[None], weight, stride=stride, padding=padding)[0]

    def back(u: Tensor) -> Tensor:
        return conv_transpose2d(
            u[None], weight, stride=stride, padding=padding, output_padding=lost
        )[0]

    return forward, back


def unit(vector: Tensor) -> Tensor:
    """Return a tensor divided by its length; zeros stay zeros."""
    return vector / vector.square().sum().sqrt().clamp_min(1e-12)


def _chain(weights: Sequence[Tensor]) -> None:
    """Require matrices that fit one behind the other."""
    shapes = [tuple(w.shape) for w in weights]
    fits = all(len(s) == 2 for s in shapes) and bool(shapes)
    if not fits or any(a[0] != b[1] for a, b in pairwise(shapes)):
        raise ValueError(f"weights: expected matrices that fit one behind the other, got {shapes}")


def _linear_pieces(layers: list[tuple[np.ndarray, np.ndarray]], slope: float) -> list[np.ndarray]:
    """Return the matrix of every linear piece of a network, by going through the units in order."""
    inputs = layers[0][0].shape[1]
    found = []

    def go(
        depth: int, on: list[bool], A: np.ndarray, b: np.ndarray, cuts: list[Cut], x: np.ndarray
    ) -> None:
        # A and b are the input of this layer as a function of x, wherever the cuts hold.
        weight, bias = layers[depth]
        pre, shift = weight @ A, weight @ b + bias
        if depth == len(layers) - 1:
            found.append(pre)
            return
        if len(on) == len(weight):
            factor = np.where(on, 1.0, slope)
            go(depth + 1, [], factor[:, None] * pre, factor * shift, cuts, x)
            return
        row, height = pre[len(on)], shift[len(on)]
        if np.linalg.norm(row) < 1e-12:  # constant here, so that its slope does not matter
            go(depth, [*on, bool(height > 0)], A, b, cuts, x)
            return
        for side in (True, False):
            cut = (row, height) if side else (-row, -height)
            inside = cut[0] @ x + cut[1] > 1e-9 * np.linalg.norm(row)  # most often one of them
            point = x if inside else _point([*cuts, cut], inputs)
            if point is not None:
                go(depth, [*on, side], A, b, [*cuts, cut], point)

    go(0, [], np.eye(inputs), np.zeros(inputs), [], np.zeros(inputs))
    return found


Cut = tuple[np.ndarray, float]


def _point(cuts: list[Cut], inputs: int) -> np.ndarray | None:
    """Return the middle of a ball where row @ x + height > 0 for all cuts, if one has room."""
    rows = np.array([np.append(-row, np.linalg.norm(row)) for row, _ in cuts])
    heights = np.array([height for _, height in cuts])
    bounds = [(None, None)] * inputs + [(None, 1.0)]  # the last unknown is the ball's radius
    best = linprog(np.append(np.zeros(inputs), -1.0), rows, heights, bounds=bounds)
    if best.status != 0:
        return None
    found = np.asarray(best.x, dtype=np.float64)
    return found[:-1] if found[-1] > 1e-9 else None
