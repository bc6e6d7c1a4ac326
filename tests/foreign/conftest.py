"""A served unit that asks for its code."""

import sys

import pytest
from served_unit import UNTIL_THE_END, served

if sys.version_info < (3, 12):
    collect_ignore = ["test_c2sp.py"]  # what it talks to is for no older Python


@pytest.fixture(scope="session", autouse=True)
def _end():
    with UNTIL_THE_END:
        yield


@pytest.fixture
def unit(tmp_path):
    """A unit that asks for its code."""
    with served(tmp_path, "--off", "60000") as one:
        yield one
