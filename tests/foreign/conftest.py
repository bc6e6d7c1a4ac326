"""A served unit that asks for its code."""

import pytest
from served_unit import served


@pytest.fixture
def unit(tmp_path):
    """A unit that asks for its code."""
    with served(tmp_path, "--off", "60000") as one:
        yield one
