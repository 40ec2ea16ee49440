"""A GAN is a game: two networks, a loss and penalties, as a `Game`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor, nn

from gantext.core.annotations import Count, Seed
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Bound, Device, FloatingType
from gantext.games.base import Game, Losses
from gantext.gan.weights import Weights, call_with, draw_weights, update_buffers
from gantext.objectives.losses import Loss, NonSaturating
from gantext.objectives.penalties import DiscriminatorPenalty, GeneratorPenalty


class GANBatch(NamedTuple):
    """Data and noise for one evaluation of the losses; both players see the same noise.

    Attributes
    ----------
    real : Tensor, shape (B, ...)
        Data.
    noise : Tensor, shape (B, noise)
        Noise, standard normal.
    """

    real: Tensor
    noise: Tensor


class GAN(Game):
    r"""Two networks against each other, as a game of one member.

    The players' parameters ``theta`` and ``psi`` are dicts of tensors, drawn by `GAN.init`. The
    modules only say how to compute; their own weights are never used. Any module can play whose
    layers have ``reset_parameters`` and which treats the first dimension of its input as the batch.
    Batch normalisation is no such layer: it would tie a sample's score to samples of other steps.

    Parameters
    ----------
    generator : nn.Module
        Noise (B, noise) to samples (B, ...).
    discriminator : nn.Module
        Samples (B, ...) to logits, one for each sample or each pack.
    noise : int
        Dimension of the noise; below 1 raises ValueError.
    loss : Loss
        What the players minimise.
    penalties : sequence of callable
        Added to the discriminator's loss, such as `R1`: ``penalty(score, real=real, fake=fake)``.
    generator_penalties : sequence of callable
        Added to the generator's loss, such as `EntropyBonus`: ``penalty(fake)``.
    clip : float or Tensor, shape (), optional
        After every update the discriminator's weights are put back into :math:`[-c, c]`.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2, penalties=[gt.R1(0.1)])
    GAN(NonSaturating + R1, noise=2)
    """

    @checked_arguments
    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        noise: Count,
        loss: Annotated[Loss, "a Loss such as Minimax()"] = NonSaturating(),  # noqa: B008 - frozen
        penalties: Sequence[DiscriminatorPenalty] = (),
        generator_penalties: Sequence[GeneratorPenalty] = (),
        clip: Bound | None = None,
    ) -> None:
        self.generator = generator
        self.discriminator = discriminator
        self.noise = noise
        self.loss = loss
        self.penalties = tuple(penalties)
        self.generator_penalties = tuple(generator_penalties)
        self.clip: Any = clip

    @checked_arguments
    def init(
        self,
        seed: Seed,
        *,
        dtype: FloatingType = torch.float32,
        device: Device = "cpu",
    ) -> tuple[Weights, Weights]:
        """Draw both players' parameters, ``(theta, psi)``.

        Parameters
        ----------
        seed : int
            The same seed gives the same weights, on every device.
        dtype : torch.dtype
            Of the weights.
        device : torch.device or str
            Of the weights.
        """
        theta = draw_weights(self.generator, 2 * seed, dtype=dtype, device=device)
        psi = draw_weights(self.discriminator, 2 * seed + 1, dtype=dtype, device=device)
        return theta, psi

    def generate(self, theta: Weights, noise: Tensor) -> Tensor:
        """Turn noise into samples, of shape (B, ...).

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        noise : Tensor, shape (B, noise)
            Noise.
        """
        return call_with(self.generator, theta, noise)

    def score(self, psi: Weights, x: Tensor) -> Tensor:
        """Return the discriminator's logits, of shape (B, 1), or one for each pack.

        Parameters
        ----------
        psi : dict of Tensor
            The discriminator's parameters.
        x : Tensor, shape (B, ...)
            Samples.
        """
        return call_with(self.discriminator, psi, x)

    def losses(self, theta: Weights, psi: Weights, batch: Any = None) -> Losses:
        """Return both players' losses on one batch."""
        return Losses(
            self.generator_loss(theta, psi, batch), self.discriminator_loss(theta, psi, batch)
        )

    def generator_loss(self, theta: Weights, psi: Weights, batch: Any = None) -> Tensor:
        """Return the generator's loss; only a relativistic one looks at the data."""
        fake = self.generate(theta, batch.noise)
        real = self.score(psi, batch.real) if self.loss.generator_sees_real else None
        loss = self.loss.generator(real=real, fake=self.score(psi, fake))
        for penalty in self.generator_penalties:
            loss = loss + penalty(fake)
        return loss

    def discriminator_loss(self, theta: Weights, psi: Weights, batch: Any = None) -> Tensor:
        """Return the discriminator's loss."""
        real, fake = batch.real, self.generate(theta, batch.noise)
        loss = self.loss.discriminator(real=self.score(psi, real), fake=self.score(psi, fake))
        for penalty in self.penalties:
            loss = loss + penalty(lambda x: self.score(psi, x), real=real, fake=fake)
        return loss

    def project(self, theta: Weights, psi: Weights) -> tuple[Weights, Weights]:
        """Clip what is trained of the discriminator, when the game has a `clip`."""
        if (c := self.clip) is None:
            return theta, psi
        trained = {name for name, p in self.discriminator.named_parameters() if p.requires_grad}
        return theta, {n: w.clamp(-c, c) if n in trained else w for n, w in psi.items()}

    def update_buffers(self, theta: Weights, psi: Weights) -> tuple[Weights, Weights]:
        """Move on the buffers of both networks' layers, such as a power iteration's vector."""
        return update_buffers(self.generator, theta), update_buffers(self.discriminator, psi)

    def __repr__(self) -> str:
        added: list[object] = [*self.penalties, *self.generator_penalties]
        kinds = "".join(f" + {type(one).__name__}" for one in added)
        return f"GAN({type(self.loss).__name__}{kinds}, noise={self.noise})"
