"""What the tests of grading share: small questions, notebooks made on the spot, a sandbox."""

import json

import pytest

from gantext.grading.sandbox import Bubblewrap, Limits
from tests.grading.small import LIMITS, QUESTIONS
