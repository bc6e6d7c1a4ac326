"""What docs/numbers.md says of the effort: the counts are those of the browser (test_three_people), the rest is arithmetic."""

import pytest
from effort import LIMITS, Tally, written


def test_an_honest_request_takes_the_owner_three_minutes_and_each_of_the_desk_two():
    """The measure of the desk; by the model, on acts that were counted."""
    found = written()
    assert set(found) == set(LIMITS)
    for name, (tally, seconds) in found.items():
        assert seconds == round(tally.seconds), name
        assert tally.seconds < LIMITS[name], name


@pytest.mark.parametrize(
    ("tally", "seconds"),
    [
        (Tally(), 0),
        (Tally(taps=2), 2 * (1.35 + 1.10 + 0.20)),
        (Tally(fields=1, characters=17), 1.35 + 1.10 + 0.20 + 17 * 0.75),
        (Tally(files=1), 4 * (1.35 + 1.10 + 0.20)),
        (Tally(words=238), 60),
        (Tally(compared=5, pictures=1, passkeys=1, flicks=2, hands=1), 7 * 1.35 + 0.20 + 2.2 + 0.4),
    ],
)
def test_seconds_are_the_times_of_the_model(tally, seconds):
    assert tally.seconds == pytest.approx(seconds)
