"""Plain data of every shape, for Hypothesis."""

from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.floats()
ARRAYS = npst.arrays(
    st.sampled_from(["f8", "f4", "i8", "u1", "?"]), npst.array_shapes(min_dims=0, min_side=0)
)
TREES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
