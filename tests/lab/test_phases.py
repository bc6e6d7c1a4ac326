"""Two counts of one phase have the same future, and there are finitely many."""

from hypothesis import given
from hypothesis import strategies as st
from schedules import DOUBLING, POLICIES, policies

from radiokey.headunit.policy import WAIT_MS_MAX
from radiokey.lab.phases import phase


@given(policies(also=DOUBLING), st.integers(0, 400))
def test_a_count_and_its_phase_have_the_same_future(policy, errors):
    at = phase(policy, errors)
    assert at <= errors
    assert phase(policy, at) == at
    for more in range(1, 15):
        assert policy.penalty_after(errors + more) == policy.penalty_after(at + more), more


@given(policies(also=DOUBLING), st.integers(0, 400))
def test_one_more_error_is_one_more_from_the_phase_too(policy, errors):
    """So a chain may go from phase to phase and never see the count."""
    assert phase(policy, errors + 1) == phase(policy, phase(policy, errors) + 1)


def test_a_doubling_wait_has_as_many_phases_as_it_takes_to_stop_growing():
    policy = POLICIES["doubling, every second"]
    phases = {phase(policy, errors) for errors in range(1_000)}
    assert phases == set(range(2 + 2 * WAIT_MS_MAX.bit_length() + 2))
    assert policy.penalty_after(max(phases) - 1).ms == (WAIT_MS_MAX, WAIT_MS_MAX)
