"""The benchmarks run, and compare like with like."""

import math
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from benchmarks.coverage import LAWS
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


def test_what_checking_costs_is_a_share_of_a_run():
    sizes = ["--steps", "60", "--hidden", "4", "--members", "1", "2", "--repeats", "1"]
    command = [sys.executable, "-m", "benchmarks.checking", *sizes]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = r"^\| (\d+) \| (yes|no) \| (\d+) \| [\d.]+ \| ([\d.]+) % \|"
    rows = re.findall(row, result.stdout, re.MULTILINE)
    assert [found[:2] for found in rows] == [("1", "no"), ("1", "yes"), ("2", "no"), ("2", "yes")]
    for _, _, comparisons, cost in rows:
        assert int(comparisons) >= 2, "when it is made, and at the end"
        assert float(cost) > 0


def test_threads_are_measured_alone_and_beside_a_neighbour():
    sizes = ["--members", "1", "2", "--hidden", "4", "--blocks", "1"]
    command = [sys.executable, "-m", "benchmarks.threads", *sizes]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = re.findall(r"^\| (\d) \| 4((?: \| [\d.]+){6}) \|$", result.stdout, re.MULTILINE)
    assert [members for members, _ in rows] == ["1", "2"]
    assert all(float(time) > 0 for _, times in rows for time in times.split(" | ")[1:])


def test_members_are_compared_with_themselves_alone():
    command = [sys.executable, "-m", "benchmarks.members", "--steps", "20", "--seeds", "2"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = r"^\| (float\d\d) \| 20 \| ([\d.e+-]+) \| (\d) of 2 \|"
    (exact, near, same), (single, far, _) = re.findall(row, result.stdout, re.MULTILINE)
    assert (exact, single, same) == ("float64", "float32", "0")
    assert float(near) < 1e-12 < float(far) < 1e-3


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


def test_the_benchmark_of_intervals_tells_those_that_cover():
    laws = ["--laws", "share-0.9", "normal", "--seeds", "5", "8", "--repeats", "200"]
    command = [sys.executable, "-m", "benchmarks.coverage", *laws]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = r"^\| ([a-z .\d]+) \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]*) \| ([\d.]*) \|$"
    rows = re.findall(row, result.stdout, re.MULTILINE)
    cells = [(law, seeds) for law in ("share of 0.9", "normal") for seeds in ("5", "8")]
    assert [(law, seeds) for law, seeds, *_ in rows] == cells
    for _, _, bootstrap, _, bounds, width in rows[:2]:
        assert float(bootstrap) < 0.7  # the seeds often agree, and say so of all others
        assert float(bounds) > 0.95
        assert 0 < float(width) < 1
    for _, _, bootstrap, student, *none in rows[2:]:
        assert float(bootstrap) < float(student)
        assert abs(float(student) - 0.95) < 0.05
        assert none == ["", ""]


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_laws_have_the_means_that_intervals_should_hold(law):
    values = law.draw(np.random.default_rng(0), (1, 200_000))
    error = values.std() / math.sqrt(values.size)
    assert abs(values.mean() - law.mean) < 5 * error
    if law.bounds is not None:
        assert law.bounds[0] <= values.min() < values.max() <= law.bounds[1]
