"""A checkpoint is whole or not there, is never executed, and says clearly when it is not one."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

import gantext as gt
from gantext.training import checkpoints
from gantext.training.checkpoints import Checkpoint, flatten, load, save, unflatten
from tests.games import assert_same_tree, random_tensor

TENSORS = {
    "a": random_tensor(3, 2),
    "b": torch.tensor([1, -2]),
    "none": torch.empty(0, 4),
    "scalar": torch.tensor(-0.0),
    "truth": torch.tensor([True, False]),
    "half": torch.ones(3, dtype=torch.bfloat16),
    "edges": torch.tensor([float("nan"), float("inf"), 5e-324], dtype=torch.float64),
}
ABOUT = {"step": [1, 2], "name": "η ≤ 1", "nested": {"deep": [None, 0.1, True]}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.safetensors"


def bits(tensors: dict[str, torch.Tensor]) -> dict[str, tuple]:
    return {name: (t.dtype, t.shape, pickle.dumps(t.tolist())) for name, t in tensors.items()}


# There and back


def test_what_is_saved_is_loaded_to_the_last_bit(path: Path) -> None:
    save(path, TENSORS, ABOUT)
    found = load(path)
    assert isinstance(found, Checkpoint)
    assert bits(found.tensors) == bits(TENSORS)
    assert found.about == ABOUT
    assert [*path.parent.iterdir()] == [path]


def test_any_form_of_tensor_can_be_saved(path: Path) -> None:
    """Views, tensors that share memory, and those in the middle of a gradient."""
    whole = random_tensor(4, 4)
    tensors = {
        "transposed": whole.T,
        "part": whole[:, 1],
        "the same": whole,
        "the same again": whole,
        "a row of it": whole[1],
        "expanded": torch.ones(1).expand(5),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    save(path, tensors, {})
    for name, found in load(path).tensors.items():
        assert torch.equal(found, tensors[name])


def test_folders_are_made_and_strings_are_paths(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "folder" / "run")
    save(path, {"w": torch.ones(2)}, {})
    assert torch.equal(load(path).tensors["w"], torch.ones(2))


def test_a_later_save_replaces_the_earlier(path: Path) -> None:
    save(path, TENSORS, ABOUT)
    save(path, {"w": torch.ones(2)}, {"step": 3})
    assert load(path).tensors.keys() == {"w"}
    assert load(path).about == {"step": 3}


# Whole or not there


@pytest.mark.parametrize("where", ["save_file", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException
) -> None:
    save(path, TENSORS, ABOUT)
    before = path.read_bytes()

    def fail(*given: Any, metadata: Any = None) -> None:
        if metadata:  # it is `save_file`, and half of it is on the disk already
            Path(given[1]).write_bytes(b"half a file")
        raise error

    owner = {"save_file": checkpoints, "fsync": os, "replace": Path}[where]
    monkeypatch.setattr(owner, where, fail)
    refused = gt.CheckpointError if isinstance(error, OSError) else type(error)
    with pytest.raises(refused):
        save(path, {"w": torch.ones(2)}, {})
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]
    path.unlink()
    monkeypatch.setattr(owner, where, fail)
    with pytest.raises(refused):
        save(path, {"w": torch.ones(2)}, {})
    assert [*path.parent.iterdir()] == []


def test_the_file_is_on_the_disk_before_it_has_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written, forced to the disk, renamed within the folder: in this order."""
    acts: list[tuple[str, Any]] = []
    real_save, real_fsync, real_replace = checkpoints.save_file, os.fsync, Path.replace

    def saving(tensors: Any, target: Any, **named: Any) -> None:
        real_save(tensors, target, **named)
        acts.append(("written", Path(target)))

    def syncing(descriptor: int) -> None:
        real_fsync(descriptor)
        acts.append(("synced", os.fstat(descriptor).st_ino))

    def replacing(self: Path, target: Any) -> Path:
        assert not path.exists()
        acts.append(("renamed", self.stat().st_ino))
        return real_replace(self, target)

    monkeypatch.setattr(checkpoints, "save_file", saving)
    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing)
    save(path, TENSORS, ABOUT)
    assert [act for act, _ in acts] == ["written", "synced", "renamed"]
    written, synced, renamed = (what for _, what in acts)
    assert written.parent == path.parent
    assert written.name.startswith(".")
    assert synced == renamed == path.stat().st_ino


# Not a checkpoint


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.mark,))


def pickled(path: Path, mark: Path) -> None:
    path.write_bytes(pickle.dumps(Trap(mark)))


def saved_by_torch(path: Path, mark: Path) -> None:
    torch.save({"w": torch.ones(2), "trap": Trap(mark)}, path)


@pytest.mark.parametrize("write", [pickled, saved_by_torch])
def test_a_pickle_is_never_executed(path: Path, write: Any) -> None:
    mark = path.with_name("executed")
    write(path, mark)
    with pytest.raises(gt.CheckpointError, match=r"run.safetensors: expected a whole checkpoint"):
        load(path)
    assert not mark.exists()
    with path.open("rb") as file:  # the trap would have worked
        pickle.load(file) if write is pickled else torch.load(file, weights_only=False)
    assert mark.exists()


def test_a_file_cut_anywhere_is_refused(path: Path) -> None:
    save(path, {"w": torch.arange(20.0)}, {"step": 1})
    whole = path.read_bytes()
    for length in [*range(0, len(whole) - 1, 13), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(
            gt.CheckpointError, match=r"run.safetensors: expected a whole checkpoint"
        ):
            load(path)
    path.write_bytes(whole + b"more")
    with pytest.raises(gt.CheckpointError, match=r"run.safetensors: expected a whole checkpoint"):
        load(path)


@settings(derandomize=True, deadline=None, database=None, max_examples=60)
@given(noise=st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "run.safetensors"
    path.write_bytes(noise)
    with pytest.raises(gt.CheckpointError):
        load(path)


def test_a_header_of_impossible_size_is_refused(path: Path) -> None:
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    with pytest.raises(gt.CheckpointError):
        load(path)


@pytest.mark.parametrize(
    "metadata",
    [None, {"kind": "other"}, {"format": "pt"}, {"kind": "other", "about": "{}"}, {"about": "{}"}],
)
def test_other_peoples_tensors_are_refused(path: Path, metadata: dict | None) -> None:
    save_file({"w": torch.ones(2)}, path, metadata=metadata)
    with pytest.raises(
        gt.CheckpointError, match=r"expected a checkpoint of gantext .* got another"
    ):
        load(path)


@pytest.mark.parametrize("about", [None, "no json", "[1, 2]"])
def test_our_mark_alone_is_not_enough(path: Path, about: str | None) -> None:
    metadata = {"kind": "gantext checkpoint 3"} | ({} if about is None else {"about": about})
    save_file({"w": torch.ones(2)}, path, metadata=metadata)
    with pytest.raises(
        gt.CheckpointError, match=r"run.safetensors: expected a (whole )?checkpoint"
    ):
        load(path)


def test_nothing_there(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"run.safetensors: no such checkpoint"):
        load(path)
    with pytest.raises(FileNotFoundError, match="no such checkpoint"):
        load(path.parent)


def test_the_error_is_one_of_value() -> None:
    assert issubclass(gt.CheckpointError, ValueError)


# Trees

TREE = {
    "players": ({"w": torch.ones(2)}, [torch.zeros(3), torch.tensor(4)]),
    "empty": (),
}


def test_a_tree_is_flattened_and_put_together() -> None:
    flat = flatten(TREE, "state")
    assert flat.keys() == {
        "state['players'][0]['w']",
        "state['players'][1][0]",
        "state['players'][1][1]",
    }
    assert_same_tree(unflatten({**flat, "else": torch.ones(1)}, TREE, "state"), TREE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, r"w'\]: expected float32 of shape \(2,\), but it is missing"),
        (torch.ones(3), r"w'\]: expected float32 of shape \(2,\), got float32 of shape \(3,\)"),
        (torch.ones(2).double(), r"expected float32 of shape \(2,\), got float64 of shape \(2,\)"),
    ],
)
def test_another_tree_is_refused(change: torch.Tensor | None, message: str) -> None:
    flat = flatten(TREE)
    name = "['players'][0]['w']"
    flat = {k: v for k, v in flat.items() if k != name}
    if change is not None:
        flat[name] = change
    with pytest.raises(gt.CheckpointError, match=message):
        unflatten(flat, TREE)


# Damaged


def flipped(whole: bytes, place: int, bit: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :]


@settings(derandomize=True, deadline=None, database=None, max_examples=400)
@given(data=st.data())
def test_a_flipped_bit_is_refused_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("flip") / "run.safetensors"
    save(path, TENSORS, ABOUT)
    whole = path.read_bytes()
    places = st.integers(0, len(whole) - 1)
    path.write_bytes(flipped(whole, data.draw(places), data.draw(st.integers(0, 7))))
    refused_or_same(path)


def refused_or_same(path: Path) -> bool:
    """Tell whether a file is refused; where it is not, require that it says what was written."""
    try:
        found = load(path)
    except gt.CheckpointError as error:
        message = str(error)
    else:
        assert bits(found.tensors) == bits(TENSORS)
        assert found.about == ABOUT
        return False
    assert str(path) in message
    return True


def test_every_bit_of_the_numbers_counts(path: Path) -> None:
    """Also those that safetensors itself does not look at."""
    save(path, TENSORS, ABOUT)
    whole = path.read_bytes()
    start = 8 + int.from_bytes(whole[:8], "little")
    for place in range(start, len(whole)):
        path.write_bytes(flipped(whole, place, place % 8))
        with pytest.raises(gt.CheckpointError, match="its checksum differs"):
            load(path)


def rewritten(path: Path, change: Any) -> None:
    """Change the header of a file, and leave the numbers."""
    whole = path.read_bytes()
    size = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + size])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + whole[8 + size :])


HEADERS = {
    "another name": lambda h: h.update(c=h.pop("b")),
    "names exchanged": lambda h: h.update(a=h["edges"], edges=h["a"]),
    "another type": lambda h: h["b"].update(dtype="U64"),
    "another shape": lambda h: h["a"].update(shape=[2, 3]),
    "an impossible shape": lambda h: h["a"].update(shape=[-1, 3]),
    "an inconsistent size": lambda h: h["a"].update(shape=[3, 3]),
    "offsets beyond the end": lambda h: h["a"].update(data_offsets=[0, 10**9]),
    "no offsets": lambda h: h["a"].pop("data_offsets"),
    "no tensor": lambda h: h.update(a=7),
    "another story": lambda h: h["__metadata__"].update(about='{"step": 2}'),
    "a story without an end": lambda h: h["__metadata__"].update(about="[" * 100_000),
    "no checksum": lambda h: h["__metadata__"].pop("checksum"),
    "metadata that is none": lambda h: h.update(__metadata__=[1]),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_changed_header_is_refused(name: str, path: Path) -> None:
    save(path, TENSORS, ABOUT)
    rewritten(path, lambda _: None)
    assert not refused_or_same(path), "a header may be written in other words"
    rewritten(path, HEADERS[name])
    assert refused_or_same(path)


def test_a_full_disk_says_which_file(path: Path) -> None:
    """A real one: the process may write no file of more than some bytes."""
    save(path, TENSORS, ABOUT)
    before = path.read_bytes()
    program = f"""
import resource, signal, torch, gantext as gt
from gantext.training.checkpoints import save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    save({str(path)!r}, {{"w": torch.ones(100_000)}}, {{}})
except gt.CheckpointError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    assert f"{path}: expected to write a checkpoint, but it cannot be written" in done.stdout
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(gt.CheckpointError, match=r"file/run: expected to write a checkpoint"):
        save(tmp_path / "file" / "run", TENSORS, ABOUT)
