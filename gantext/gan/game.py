"""A GAN is a game: two networks, a loss and what is added to it, as a `gantext.games.base.Game`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gantext.games.base import Game, Losses
from gantext.gan.weights import Weights, carried, draw_weights
from gantext.objectives.losses import Loss, NonSaturating

DiscriminatorRegularizer = Callable[..., Tensor]


GeneratorRegularizer = Callable[[Tensor], Tensor]


class GANBatch(NamedTuple):
    """What one step sees: data and noise for each look of the update rule.

    Both players see the same noise in one look, as in most training loops: the generator is told
    about the very samples that the discriminator has just judged.

    Attributes
    ----------
    real : Tensor, shape (looks, B, ...)
        Data.
    noise : Tensor, shape (looks, B, noise)
        Noise, standard normal.
    """

    real: Tensor
    noise: Tensor


class GAN(Game):
    r"""Two networks against each other, as a game of one member.

    The players' parameters ``theta`` and ``psi`` are dicts of tensors, drawn by `init`. The modules
    themselves only say how to compute; their own weights are never used. More members come from
    `torch.func.vmap` around it (`gantext.training`).

    Parameters
    ----------
    generator : nn.Module
        Noise (B, noise) to samples (B, ...).
    discriminator : nn.Module
        Samples (B, ...) to logits.
    noise : int
        Dimension of the noise.
    loss : Loss
        What the players minimise.
    discriminator_regularizers : sequence of callable
        Added to the discriminator's loss; see `gantext.objectives.penalties`.
    generator_regularizers : sequence of callable
        Added to the generator's loss.

    Raises
    ------
    ValueError
        If ``noise`` is below 1.

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.game import GAN, GANBatch
    >>> from gantext.gan.mlp import MLP
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> theta, psi = gan.init(seed=0)
    >>> gan.losses(theta, psi, GANBatch(torch.zeros(1, 8, 2), torch.ones(1, 8, 2))).generator.shape
    torch.Size([])
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        noise: int,
        loss: Loss = NonSaturating(),  # noqa: B008 - frozen
        discriminator_regularizers: Sequence[DiscriminatorRegularizer] = (),
        generator_regularizers: Sequence[GeneratorRegularizer] = (),
    ) -> None:
        if noise < 1:
            raise ValueError(f"noise: expected a dimension >= 1, got {noise}")
        self.generator = generator
        self.discriminator = discriminator
        self.noise = noise
        self.loss = loss
        self.discriminator_regularizers = tuple(discriminator_regularizers)
        self.generator_regularizers = tuple(generator_regularizers)

    def init(
        self, seed: int, *, dtype: torch.dtype = torch.float32, device: Any = "cpu"
    ) -> tuple[Weights, Weights]:
        """Draw both players' parameters.

        Parameters
        ----------
        seed : int
            The same seed gives the same parameters, on every device.
        dtype : torch.dtype
            Of the parameters.
        device : torch.device or str
            Of the parameters.

        Returns
        -------
        tuple
            ``(theta, psi)``, dicts by the modules' names.
        """
        theta = draw_weights(self.generator, 2 * seed, dtype=dtype, device=device)
        psi = draw_weights(self.discriminator, 2 * seed + 1, dtype=dtype, device=device)
        return theta, psi

    def generate(self, theta: Weights, noise: Tensor) -> Tensor:
        """Turn noise into samples.

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        noise : Tensor, shape (B, noise)
            Noise.

        Returns
        -------
        Tensor, shape (B, ...)
            Samples.
        """
        return functional_call(self.generator, theta, (noise,))

    def score(self, psi: Weights, x: Tensor) -> Tensor:
        """Return the discriminator's logits.

        Parameters
        ----------
        psi : dict of Tensor
            The discriminator's parameters.
        x : Tensor, shape (B, ...)
            Samples.

        Returns
        -------
        Tensor
            Logits: one for each sample, or for each pack.
        """
        return functional_call(self.discriminator, psi, (x,))

    def losses(self, theta: Weights, psi: Weights, batch: Any = None) -> Losses:
        """Return both players' losses.

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        psi : dict of Tensor
            The discriminator's parameters.
        batch : GANBatch
            Data and noise of one look, or of a step that has one.

        Returns
        -------
        Losses
            Two scalars.
        """
        return Losses(
            self.generator_loss(theta, psi, batch), self.discriminator_loss(theta, psi, batch)
        )

    def generator_loss(self, theta: Weights, psi: Weights, batch: Any = None) -> Tensor:
        """Return the generator's loss; it sees no data.

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        psi : dict of Tensor
            The discriminator's parameters.
        batch : GANBatch
            Data and noise.

        Returns
        -------
        Tensor
            A scalar.
        """
        fake = self.generate(theta, self._one_look(batch).noise)
        loss = self.loss.generator(fake=self.score(psi, fake))
        for regularizer in self.generator_regularizers:
            loss = loss + regularizer(fake)
        return loss

    def discriminator_loss(self, theta: Weights, psi: Weights, batch: Any = None) -> Tensor:
        """Return the discriminator's loss.

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        psi : dict of Tensor
            The discriminator's parameters.
        batch : GANBatch
            Data and noise.

        Returns
        -------
        Tensor
            A scalar.
        """
        real, noise = self._one_look(batch)
        fake = self.generate(theta, noise)
        loss = self.loss.discriminator(real=self.score(psi, real), fake=self.score(psi, fake))
        for regularizer in self.discriminator_regularizers:
            loss = loss + regularizer(lambda x: self.score(psi, x), real=real, fake=fake)
        return loss

    def look(self, batch: Any, k: int) -> GANBatch:
        """Return the data and noise of one look.

        Parameters
        ----------
        batch : GANBatch
            Of a whole step.
        k : int
            Which look.

        Returns
        -------
        GANBatch
            The same with one look.
        """
        return GANBatch(batch.real[k : k + 1], batch.noise[k : k + 1])

    def project(self, theta: Weights, psi: Weights) -> tuple[Weights, Weights]:
        """Move on what layers carry from step to step, such as a power iteration's vector.

        Parameters
        ----------
        theta : dict of Tensor
            The generator's parameters.
        psi : dict of Tensor
            The discriminator's parameters.

        Returns
        -------
        tuple
            ``(theta, psi)`` with their carried entries new.
        """
        return carried(self.generator, theta), carried(self.discriminator, psi)

    def __repr__(self) -> str:
        added = [*self.discriminator_regularizers, *self.generator_regularizers]
        kinds = "".join(f" + {type(one).__name__}" for one in added)
        return f"GAN({type(self.loss).__name__}{kinds}, noise={self.noise})"

    @staticmethod
    def _one_look(batch: GANBatch) -> GANBatch:
        if batch.real.shape[0] != 1:
            raise ValueError(
                f"batch: expected one look, shape (1, B, ...), got {tuple(batch.real.shape)}; "
                "take one by `look`"
            )
        return GANBatch(batch.real[0], batch.noise[0])
