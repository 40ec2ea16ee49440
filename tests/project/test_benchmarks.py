"""The benchmarks run, and compare like with like."""

import re
import subprocess
import sys

import torch

from benchmarks.plain import BATCH, plain_step
from benchmarks.throughput import experiment, operations
from gantext.training.members import Members
from tools.book import ROOT


def test_the_benchmark_prints_a_ratio_for_every_size():
    sizes = ["--members", "1", "3", "--hidden", "4", "--repeats", "1", "--no-compile", "--no-jax"]
    command = [sys.executable, "-m", "benchmarks.throughput", *sizes]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = r"^\| (\d+) \| 4 \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|"
    rows = re.findall(row, result.stdout, re.MULTILINE)
    assert [members for members, *_ in rows] == ["1", "3"]
    for _, plain, ours, ratio in rows:
        assert float(plain) > 0
        assert float(ours) > 0
        assert float(ratio) > 0


def test_the_operations_counted_are_those_of_the_products():
    """Four sizes of product, each passed forwards or backwards by both players' steps."""
    h, b = 16, BATCH
    net_g, net_d = 2 * h + h * h + 2 * h, 2 * h + h * h + h
    # The discriminator: two passes, their weights' gradients, and inputs' gradients but the first.
    of_d = 2 * (net_d + net_d + (h * h + h))
    # The generator: one pass, one through the discriminator and back to the samples, and back.
    of_g = net_g + (net_d + net_d) + net_g + (h * h + 2 * h)
    # Nobody asks for the discriminator's weights here, but `backward` computes their gradients.
    of_g += net_d
    assert operations(h) == 2 * b * (of_d + of_g)


def test_both_sides_train_the_same_game():
    """The same weights to learn; that the steps are equal is tests/theory's matter."""
    what = experiment(8)
    state = Members(what, 0, what.settings(eta=1e-3), torch.device("cpu")).init()
    step = plain_step(8, torch.device("cpu"))
    step()
    modules = dict(zip(step.__code__.co_freevars, step.__closure__, strict=True))
    for name, ours in (("generator", state.players.theta), ("discriminator", state.players.psi)):
        plain = modules[name].cell_contents.state_dict()
        assert {k: v.shape for k, v in plain.items()} == {k: v.shape for k, v in ours.items()}
