#!/bin/sh
# Say in one line what is missing when "$1" cannot make the virtual environment.
if ! command -v "$1" >/dev/null; then
    echo "$1 was not found. On Debian and Ubuntu: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
# Colab's NumPy, with which the chapters are tested, has no wheel for Python 3.14.
if ! "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
    echo "gantext needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.13 ($1 is $("$1" -V))" >&2
    exit 1
fi
if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$1 cannot make virtual environments yet. Type: sudo apt-get install python3-venv" >&2
    exit 1
fi
