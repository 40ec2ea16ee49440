"""Training: one function for one GAN and for a thousand."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from tqdm.auto import tqdm

from gantext.core.annotations import Count, Seed, Whole
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Device
from gantext.training.checkpoints import CheckpointError
from gantext.training.devices import pick_device
from gantext.training.experiment import BLOCK, Experiment, TrainState
from gantext.training.history import History, Log
from gantext.training.members import Members
from gantext.training.processes import Processes
from gantext.training.results import Callback, DivergenceWarning, Run, Snapshot
from gantext.training.resume import CheckpointFile
from gantext.training.schedules import require_in_range
from gantext.training.trial import require_playable
from gantext.training.watch import Moment, Watch


@checked_arguments
def train(
    experiment: Experiment,
    steps: Whole,
    *,
    seed: Seed = 0,
    seeds: Whole | Sequence[Seed] = 0,
    game_hparams: Mapping[str, ArrayLike] | None = None,
    every: Count = 100,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: Count = 1000,
    checkpoint_key: str | None = None,
    chunk: Count | None = None,
    device: Device | None = None,
    compile: bool = False,  # noqa: A002 - torch's word
    record_step: bool = True,
    progress: bool | None = None,
    **hparams: ArrayLike,
) -> Run:
    """Train a GAN, or many at once: every seed with every setting of the hyper-parameters.

    Hyper-parameters broadcast against each other, as in `simulate`, and ``seeds`` add a last
    dimension: together they are the members' dimensions, with which every result begins. Members
    with the same seed start from the same weights and see the same data and noise. One GAN, with
    scalar hyper-parameters and no ``seeds``, has no such dimensions.

    Under ``torchrun``, with `torch.distributed` initialised, the members are split over the
    processes, and every process gets the whole result.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    steps : int
        How many steps in all, those of a checkpoint included.
    seed : int
        Weights, data and noise follow from it.
    seeds : int or sequence of int
        Which seeds instead; a number n stands for 0 to n - 1, and 0 for ``seed`` alone.
    game_hparams : mapping of str to float or Tensor of shape (...), optional
        What the experiment's ``game`` is called with.
    every : int
        Steps from one record to the next.
    callbacks : sequence of callable
        Called at each record with a `Snapshot`. A mapping of tensors that one returns, each with
        the members' dimensions first, is recorded.
    checkpoint : path, optional
        A file to write to. If it is there already, training goes on from it. Of several processes
        the first writes it, and all of them must be able to read it.
    checkpoint_every : int
        Steps from one writing to the next. The end is written too, and what stops training before
        it, an error or an interruption, unless there are several processes.
    checkpoint_key : str, optional
        A name by which the experiment's checkpoint is known again, instead of every number and
        tensor that the experiment leads to, and the code of your own functions and classes.
    chunk : int, optional
        Members that are computed at the same time; all by default. Fewer need less memory.
    device : torch.device or str, optional
        Where to train; None picks CUDA, then MPS, then the CPU.
    compile : bool
        Whether to compile the step: up to a minute at first, then several times faster.
    record_step : bool
        Whether to record the step after a while, and replay it: on a CPU its operations, one by
        one, with the same numbers, small networks' two to three times as fast; on CUDA as a graph.
        What a network or a loss does besides operations on tensors ends with the recording. Now
        and then the record is compared with the step. `Run.step_record` says whether it was made.
    progress : bool, optional
        Whether to show a bar; None shows one on a terminal.
    **hparams : float or Tensor, shape (...)
        The update rule's hyper-parameters.

    Returns
    -------
    Run
        The last moment, the history, and who diverged.

    Raises
    ------
    ValueError
        If a count or a hyper-parameter is out of range, shapes do not broadcast, or there are no
        members.
    MemoryError
        If the members do not fit together; the message says which chunk to try.
    CheckpointError
        If the checkpoint is damaged, belongs to another run, or cannot be written.

    Warns
    -----
    DivergenceWarning
        At the first record after losses or gradients of a member are no longer finite. The others
        do not notice. As an error, by `warnings.filterwarnings`, it stops the run.
    ImpureStepWarning
        If the step is not the same at each call. It goes on without a record, from the last moment
        that is sure.

    Examples
    --------
    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> experiment = gt.Experiment(gan, gt.Alternating(optimizer=gt.Adam()), gt.ring())
    >>> run = gt.train(experiment, steps=20, every=10, eta=1e-3)
    >>> run.history.step, run.sample(5).shape
    (tensor([10, 20]), torch.Size([5, 2]))

    Three learning rates, four seeds each:

    >>> run = gt.train(experiment, steps=20, every=10, seeds=4, eta=[1e-4, 1e-3, 1e-2])
    >>> run.history.speed.shape, run.sample(5).shape
    (torch.Size([2, 3, 4]), torch.Size([3, 4, 5, 2]))
    """
    # In inference mode, what is made could not be differentiated.
    with torch.inference_mode(False):
        settings, where = experiment.settings(game_hparams, **hparams), pick_device(device)
        require_in_range(experiment, settings, steps, where)
        members = Members(
            experiment,
            _which(seed, seeds),
            settings,
            where,
            chunk=chunk,
            compiled=compile,
            recorded=record_step,
            processes=Processes.of_group(),
        )
        require_playable(members)
        path = None if checkpoint is None else Path(checkpoint)
        file = CheckpointFile(members, path, checkpoint_key)
        # Several processes show one bar; None asks tqdm to look whether there is a terminal.
        hide = not members.processes.is_first or (None if progress is None else not progress)
        end = _taken(members, steps, every, callbacks, file, checkpoint_every, hide)
        run = _finished(members, end)
    if members.processes.is_first and not members.processes.is_alone:
        _warn_of_divergence(run.diverged, 0, stacklevel=4)
    return run


def _taken(
    members: Members,
    steps: int,
    every: int,
    callbacks: Sequence[Callback],
    file: CheckpointFile,
    checkpoint_every: int,
    hide: bool | None,
) -> Moment:
    """Take all steps, from the checkpoint on if there is one."""
    now = file.begin()
    if now.step > steps:
        raise CheckpointError(
            f"{file.path}: already {now.step} steps on, {steps} are wanted in all"
        )
    watch, written, stops = Watch(members, now), now.step, (BLOCK, every, checkpoint_every)
    with tqdm(total=steps, initial=now.step, unit="step", disable=hide) as bar:
        try:
            while now.step < steps:
                until = min([steps, *((now.step // stop + 1) * stop for stop in stops)])
                recorded = until % every == 0 or until == steps
                saved = file.path is not None and (until % checkpoint_every == 0 or until == steps)
                shown = recorded and bool(callbacks)
                state, log = members.advance(now.state, now.step, until - now.step), now.log
                bar.update(until - bar.n)
                kept = saved or until == steps
                if watch.is_due(until, kept=kept, shown=shown) and not watch.holds(until):
                    now = watch.safe
                    continue
                if recorded:
                    state, log = _recorded(members, state, until, callbacks, log)
                # All at once: an interruption finds the run before these steps or after them.
                now = Moment(state, log, until)
                watch.passed(now, shown=shown)
                if saved:
                    file.write(now)
                    written = until
        except BaseException:
            # One process alone can stop in good order; of several, the others know nothing of it.
            if file.path is not None and members.processes.is_alone and written < now.step:
                file.write(now if members.record_holds() else watch.safe)
            raise
    return now


def _which(seed: int, seeds: int | Sequence[int]) -> int | list[int]:
    """Return the one seed, or all of those that make a dimension."""
    if isinstance(seeds, int) and seeds == 0:
        return seed
    if seed != 0:
        raise ValueError(f"seed, seeds: expected one of the two, got {seed} and {seeds}")
    return [*range(seeds)] if isinstance(seeds, int) else [*seeds]


def _recorded(
    members: Members, state: TrainState, step: int, callbacks: Sequence[Callback], log: Log
) -> tuple[TrainState, Log]:
    """Return the state with its sums at zero, and the log with means and observations added."""
    snapshot = Snapshot(members, state, step)
    lead = members.in_shape(state.diverged).shape
    answers = []
    for callback in callbacks:
        answer = {name: torch.as_tensor(v) for name, v in (callback(snapshot) or {}).items()}
        for name, value in answer.items():
            _check_observed(name, value, log.observed.get(name), lead)
            answer[name] = value.reshape((*state.diverged.shape, *value.shape[len(lead) :]))
        answers.append(answer)
    # The first of several processes tells of all of them at the end.
    if members.processes.is_alone:
        _warn_of_divergence(state.diverged, log.last, stacklevel=6)
    return (
        state._replace(sums=torch.zeros_like(state.sums)),
        log.and_now(step, state.sums, answers),
    )


def _warn_of_divergence(diverged: Tensor, since: int, *, stacklevel: int) -> None:
    """Warn, in the name of who called `train`, if the first that diverged did so since a step."""
    lost = diverged[diverged >= 0]
    if lost.numel() and int(lost.min()) >= since:
        warnings.warn(
            f"{lost.numel()} of {diverged.numel()} members diverged, the first at step "
            f"{int(lost.min())}; see `diverged`",
            DivergenceWarning,
            stacklevel=stacklevel,
        )


def _check_observed(
    name: str, value: Tensor, before: list[Tensor] | None, lead: tuple[int, ...]
) -> None:
    """Require an observation of every member, of the same shape each time."""
    own = value.shape[len(lead) :]
    known = own if before is None else before[0].shape[len(lead) > 0 :]
    if value.shape[: len(lead)] != lead or own != known:
        wanted = (
            f"members first, ({', '.join(map(str, lead))}, ...)" if lead else "the same each time"
        )
        raise ValueError(
            f"{name!r}: expected from callbacks tensors of one shape, {wanted}, "
            f"got {tuple(value.shape)}" + ("" if before is None else f" after {(*lead, *known)}")
        )


def _finished(members: Members, end: Moment) -> Run:
    """Bring all members together, and put them in shape."""
    gather, whole = members.processes.gather, members.whole()
    means, observed = end.log.stacked(end.state.sums)

    def in_shape(values: Tensor) -> Tensor:  # (members, ..., T) -> (T, *members, ...)
        return whole.in_shape(gather(values)).movedim(-1, 0)

    generator_loss, discriminator_loss, speed = in_shape(means).unbind(-1)
    history = History(
        torch.tensor(end.log.step, dtype=torch.int64),
        generator_loss,
        discriminator_loss,
        speed,
        {name: in_shape(values) for name, values in observed.items()},
    )
    return Run(whole, gather(end.state), end.step, history, members.step_record)
