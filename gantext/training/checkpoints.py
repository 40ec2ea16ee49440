"""Checkpoints: trees of tensors in one file, written whole or not at all, read without running it.

The file is in the safetensors format: a header of names, shapes and types, then bare numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.utils._pytree import keystr, tree_flatten_with_path, tree_unflatten

# The number counts what a run's checkpoint holds; older files are refused by name.
_KIND = "gantext checkpoint 3"


class CheckpointError(ValueError):
    """A file is not a checkpoint, is damaged, or belongs to another run."""


class Checkpoint(NamedTuple):
    """What a file holds: tensors by name, and what was said of them, plain JSON."""

    tensors: dict[str, Tensor]
    about: dict[str, Any]


def save(path: str | os.PathLike[str], tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write tensors, and plain JSON about them, to a file that is there whole, or as it was.

    CheckpointError if the disk is full or the file cannot be written.
    """
    path = Path(path)
    plain = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items()}
    told = json.dumps(about)
    metadata = {"kind": _KIND, "about": told, "checksum": _checksum(plain, told)}
    try:
        _write(path, plain, metadata)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path}: expected to write a checkpoint, but it cannot be written ({error}); what was "
            "there before is as it was"
        ) from error


def load(path: str | os.PathLike[str], *, device: torch.device | str = "cpu") -> Checkpoint:
    """Read a file that `save` wrote; nothing in it is ever executed.

    Raises FileNotFoundError if there is none, and CheckpointError if it is no checkpoint of ours,
    or not to the last bit what was written.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such checkpoint")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        told = metadata.get("about", "null")
        about = json.loads(told)
    # A damaged header makes the reader raise whatever it stumbles over.
    except Exception as error:
        raise _damaged(path, f"it cannot be read: {error}") from error
    if metadata.get("kind") != _KIND or not isinstance(about, dict):
        raise CheckpointError(
            f"{path}: expected a checkpoint of gantext ({_KIND!r}), got another safetensors file "
            f"({metadata.get('kind')!r})"
        )
    if metadata.get("checksum") != _checksum(tensors, told):
        raise _damaged(path, "it is not what was written: its checksum differs")
    return Checkpoint({name: t.to(device) for name, t in tensors.items()}, about)


def _damaged(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path}: expected a whole checkpoint of gantext, in the safetensors format, but {why}; "
        "delete it to start anew, or restore it from a copy"
    )


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the place, force it to the disk, then rename: renaming is one act."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        save_file(tensors, temporary, metadata=metadata)
        with Path(temporary).open("r+b") as written:
            os.fsync(written.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _checksum(tensors: dict[str, Tensor], about: str) -> str:
    """Return a digest of all that a checkpoint says: names, kinds, numbers, and what is told."""
    digest = hashlib.blake2b(json.dumps(about).encode(), digest_size=16)
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name!r} {_kind(tensor)} ".encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def flatten(tree: Any, prefix: str = "") -> dict[str, Tensor]:
    """Name every tensor of a tree (tuples, lists, dicts, named tuples) by its place in it."""
    return {prefix + keystr(place): leaf for place, leaf in tree_flatten_with_path(tree)[0]}


def unflatten(tensors: dict[str, Tensor], like: Any, prefix: str = "") -> Any:
    """Undo `flatten` into a tree whose structure, shapes and types are those of ``like``.

    Raises CheckpointError if a tensor is missing, or has another shape or type.
    """
    places, spec = tree_flatten_with_path(like)
    leaves = []
    for place, wanted in places:
        name = prefix + keystr(place)
        found = tensors.get(name)
        if found is None:
            raise CheckpointError(f"{name}: expected {_kind(wanted)}, but it is missing")
        if found.shape != wanted.shape or found.dtype != wanted.dtype:
            raise CheckpointError(f"{name}: expected {_kind(wanted)}, got {_kind(found)}")
        leaves.append(found.to(wanted.device))
    return tree_unflatten(leaves, spec)


def _kind(tensor: Tensor) -> str:
    return f"{tensor.dtype} of shape {tuple(tensor.shape)}".replace("torch.", "")
