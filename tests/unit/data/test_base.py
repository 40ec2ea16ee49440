"""What every data set promises."""

from __future__ import annotations

import pickle
from copy import deepcopy

import pytest
import torch

import gantext as gt
from tests.chance import seeded

DATASETS = {
    "uniform mixture": lambda: gt.ring(),
    "weighted mixture": lambda: gt.GaussianMixture([[0.0], [3.0]], [0.1, 1.0], [0.2, 0.8]),
    "images": lambda: gt.Images(torch.linspace(-1, 1, 40).reshape(5, 2, 2, 2), torch.arange(5)),
    "stacked digits": lambda: gt.StackedDigits(),
}
every_dataset = pytest.mark.parametrize("make", DATASETS.values(), ids=DATASETS)


@every_dataset
@pytest.mark.parametrize(
    ("count", "shape"), [(7, (7,)), ((7,), (7,)), ((2, 3), (2, 3)), ((), ()), (0, (0,))]
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_draw_has_the_shape_and_type_asked_for(make, count, shape, dtype):
    dataset = make()
    draw = dataset.sample(count, generator=seeded(), dtype=dtype)
    assert draw.shape == shape + dataset.event_shape
    assert draw.dtype == dtype
    assert draw.device.type == "cpu"
    assert not draw.requires_grad


@every_dataset
def test_float32_is_the_default(make):
    assert make().sample(1, generator=seeded()).dtype == torch.float32


@every_dataset
def test_a_seed_fixes_the_draw_and_nothing_else_does(make):
    first = make().sample((4, 16), generator=seeded(3))
    torch.manual_seed(12345)
    before = torch.get_rng_state()
    again = make().sample((4, 16), generator=seeded(3))
    assert torch.equal(first, again)
    assert not torch.equal(first, make().sample((4, 16), generator=seeded(4)))
    assert torch.equal(torch.get_rng_state(), before), "the global randomness was touched"


@every_dataset
def test_draws_go_on_where_the_generator_stands(make):
    dataset, generator = make(), seeded()
    first = dataset.sample(50, generator=generator)
    state = generator.get_state()
    second = dataset.sample(50, generator=generator)
    assert not torch.equal(first, second)
    generator.set_state(state)
    assert torch.equal(dataset.sample(50, generator=generator), second)


@every_dataset
@pytest.mark.parametrize("duplicate", [deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_draws_the_same(make, duplicate):
    dataset = make()
    first = dataset.sample(20, generator=seeded())
    assert torch.equal(duplicate(dataset).sample(20, generator=seeded()), first)


@every_dataset
def test_changing_a_draw_leaves_the_data_alone(make):
    dataset = make()
    dataset.sample(20, generator=seeded()).fill_(7.0)
    assert torch.equal(
        dataset.sample(20, generator=seeded()), make().sample(20, generator=seeded())
    )


@every_dataset
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": -1}, ValueError, "count: expected an integer >= 0, got -1"),
        ({"count": (3, -2)}, ValueError, r"count\[1\]: expected an integer >= 0, got -2"),
        ({"count": 2.0}, TypeError, "count: expected an integer >= 0 or a sequence .*, got 2.0"),
        ({"count": True}, TypeError, "count: expected an integer >= 0 or .*, got True"),
        ({"count": (2, "3")}, TypeError, r"count\[1\]: expected an integer >= 0, got '3'"),
        ({"generator": 0}, TypeError, "generator: expected a torch.Generator .* got 0"),
        ({"generator": None}, TypeError, "generator: expected a torch.Generator .* got None"),
        ({"dtype": torch.int64}, TypeError, "dtype: expected a floating-point type .*int64"),
        ({"dtype": "float32"}, TypeError, "dtype: expected a floating-point type"),
    ],
)
def test_a_bad_request_is_named(make, arguments, error, message):
    arguments = {"count": 2, "generator": seeded(), **arguments}
    with pytest.raises(error, match=message):
        make().sample(arguments.pop("count"), **arguments)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every_dataset
def test_draws_land_on_the_generators_device(make):
    generator = torch.Generator("cuda").manual_seed(0)
    draw = make().sample((3, 4), generator=generator)
    assert draw.device.type == "cuda"
    generator.manual_seed(0)
    assert torch.equal(make().sample((3, 4), generator=generator), draw)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (gt.ring, "GaussianMixture(8 modes in 2 dimensions, std 0.02)"),
        (
            lambda: gt.GaussianMixture([[0.0], [1.0]], std=[0.1, 0.2]),
            "GaussianMixture(2 modes in 1 dimensions, std 0.1 to 0.2)",
        ),
        (gt.digits, "Images(1797 of shape (1, 8, 8))"),
        (gt.StackedDigits, "StackedDigits(1000 modes of shape (3, 8, 8))"),
    ],
    ids=["ring", "mixture", "digits", "stacks"],
)
def test_a_dataset_says_what_it_is(make, words):
    """Without a memory address, so that notebooks may print it and tests be named by it."""
    assert repr(make()) == words
