"""What all tests share; it stands here, above `book` too, so that the chapters' tests load it."""

import os

import matplotlib as mpl

from tools.book import KERNEL_ENVIRONMENT

# Before anything imports torch: the kernels that nbval starts inherit the very environment in which
# `make execute` ran the notebooks, and test processes on few cores keep out of each other's way.
os.environ.update(KERNEL_ENVIRONMENT)

# The tests draw in memory, and the kernels that they start, into the notebook.
os.environ.pop("MPLBACKEND", None)
mpl.use("agg")
