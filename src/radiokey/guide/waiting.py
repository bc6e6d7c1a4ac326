"""How long it waits, what must stay on, and the countdown that counts only what the owner confirms.

Most owners who are stuck are stuck here (facts/units.md, section 4): they hold the code and cannot get the
prompt. So the answer names the power condition first, shows the longer end of every range, and says plainly
when it is only the cautious reading for a radio nobody has described.

What a power cut would do is shown only to an owner who holds the right code, and only where a maker's own
text says it (STORY, "Not ours"); everybody else reads "do not cut the supply".

Every way to a wait asks `wait_answer`: the guide's steps, the command line, the site's page and its
countdown. So one case has one wait.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_model
from radiokey.catalogue.model import CAUTIOUS_SCHEDULE, Model
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.guide.countdown import CHECKS_AT_THE_END, Countdown, Tried, calendar
from radiokey.guide.model import Facts
from radiokey.guide.spoken import spoken_minutes
from radiokey.headunit.display import Shows
from radiokey.headunit.policy import (
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    Penalty,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

__all__ = [
    "CHECKS_AT_THE_END",
    "Countdown",
    "Ends",
    "Possible",
    "Tried",
    "WaitAnswer",
    "begin_countdown",
    "calendar",
    "facts_when_over",
    "running_wait",
    "wait_answer",
]

RETRY_MS: Final = 15 * MINUTE_MS
"""The longer end of the article's own pause after a refusal (claim 74, conflict C-C)."""

_ERRORS_SPANNED: Final = 10

AUTO_OFF_MS: Final = {
    "opel_car300_siemens": HOUR_MS,  # ff_car300
    "fiat_alfa_blaupunkt": 20 * MINUTE_MS,  # fiat_ivory
}
"""Sets that switch themselves off, which stops the clock (units.md 1.2)."""


class Ends(StrEnum):
    """What ends the block that follows this many wrong codes."""

    TIME = "time"
    NOTHING_TO_WAIT = "nothing-to-wait"
    KEY_CYCLE = "key-cycle"
    NOT_BY_TIME = "not-by-time"
    SERVICE = "service"
    NEVER = "never"

    @property
    def asks_others(self) -> bool:
        """Whether nothing the owner could wait for ends it: somebody has to be asked."""
        return self in {Ends.NOT_BY_TIME, Ends.SERVICE, Ends.NEVER}


@dataclass(frozen=True, slots=True)
class Possible:
    """Another radio that this one may be as well, and what it does after so many wrong codes.

    `next_minutes` is its next wait where it should not wait now: it waits that long if more codes were wrong.
    """

    model: Model
    ends: Ends
    minutes: tuple[float, float] | None
    sentence: str
    next_minutes: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class WaitAnswer:
    """How long a radio waits after `errors` wrong codes.

    `known`: the catalogue knows the schedule; otherwise this is the cautious reading. `refused`: codes
    refused on this road, all of them among `errors`. `minutes` is the range (from, to) of the lock's own
    wait, `None` where no time ends it. `clock_needs` is what to keep on, `clock_known` whether that is
    known for this radio. `final`: after this no code is taken any more. `tries_left`: wrong codes until then,
    `None` where no last one is known. `can_die`: whether wrong codes can kill it, `None` not known.
    `confidence` and `sources` are the schedule's. `possible` are the radios that nobody can be sure to tell
    from this one and that do something else now; then `ends`, `minutes` and `final` are those of the cautious
    act, and `may_be_over` tells that no time ends it on one of them. `sentences` say all of it to the owner,
    in order.
    """

    known: bool
    errors: int | None
    refused: int
    ends: Ends
    minutes: tuple[float, float] | None
    clock_needs: ClockNeeds
    clock_known: bool
    clock_confidence: Confidence
    final: bool
    tries_left: int | None
    can_die: bool | None
    confidence: Confidence
    sources: tuple[str, ...]
    disputed: bool
    needs: str
    traps: tuple[str, ...]
    power_cut: str
    schedule_text: str | None
    sentences: tuple[str, ...]
    possible: tuple[Possible, ...] = ()
    may_be_over: bool = False

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Those of the sentences that say what must not be done, for a page that says it in one place."""
        return tuple(sentence for sentence in self.sentences if sentence == _NO_CUT)

    @property
    def wait_ms(self) -> int:
        """How long to leave it before the next entry, in milliseconds; 0 where no time helps or none is due.

        The longer end of the lock's wait. After a refusal never less than the article's pause (conflict C-C).
        """
        if self.ends.asks_others:
            return 0
        own = 0 if self.minutes is None else round(self.minutes[1] * MINUTE_MS)
        return max(own, RETRY_MS) if self.refused else own


def wait_answer(
    model: Model | None, errors: int | None, *, refused: int = 0, holds_code: bool = False
) -> WaitAnswer:
    """Return how long `model` waits after `errors` wrong codes.

    `errors=None`: the owner does not know how many; then the range spans the waits after 1 to 10 wrong codes,
    and the longer end is the one to go by. `refused`: codes refused on this road; there were at least so
    many, and the next entry waits 15 minutes at least. `model=None`, or a model without a known schedule,
    gives the cautious reading and says so. `holds_code` states that the owner has the right code in hand;
    only then may the effect of a power cut be shown.

    Where the model has look-alikes that do something else, both are said. The cautious act is to wait as long
    as the one that waits longest: waiting costs nothing, and "for ever" is said only where all of them end.
    """
    alone = _alone(model, errors, refused=refused, holds_code=holds_code)
    others = _possible(model, alone)
    if model is None or not others:
        return alone
    over = alone.ends.asks_others or any(one.ends.asks_others for one in others)
    both = replace(_cautious_of(alone, others), possible=others, may_be_over=over)
    act = (
        () if both.minutes is None else (_LEAVE_IT_ON.format(longest=spoken_minutes((both.minutes[1],) * 2)),)
    )
    first = f"It can be one of {len(others) + 1} radios; what it shows tells which. "
    said = (*act, first + f"{model.short}: {alone.sentences[0]}", *(_either(other) for other in others))
    return replace(both, sentences=(*said, *_sentences(both, None)[1:]))


def _possible(model: Model | None, alone: WaitAnswer) -> tuple[Possible, ...]:
    """Return the look-alikes whose schedule is known and says something else than `alone`."""
    found = []
    for other in map(load_model, model.look_alikes if model is not None else ()):
        its = _alone(other, alone.errors, refused=alone.refused, holds_code=False)
        if its.known and (not alone.known or (its.ends, its.minutes) != (alone.ends, alone.minutes)):
            later = _next_wait(_policy(other.schedule.value or ()), its.errors)
            found.append(Possible(other, its.ends, its.minutes, its.sentences[0], later))
    return tuple(found)


def _either(other: Possible) -> str:
    return f"{other.model.short}: {other.model.tell_apart} {other.sentence}"


def _cautious_of(alone: WaitAnswer, others: tuple[Possible, ...]) -> WaitAnswer:
    """Return what to do while both are possible; an answer that is itself the cautious reading stays.

    Where this one has come to its end and another goes on, it is given the time that the other may need.
    """
    waits = [one.minutes for one in others if one.ends is Ends.TIME and one.minutes is not None]
    if not waits and alone.ends.asks_others:
        open_ = (one.next_minutes for one in others if one.ends is Ends.NOTHING_TO_WAIT)
        waits = [minutes for minutes in open_ if minutes is not None]
    tries_left = alone.tries_left or None
    if not alone.known or not waits or alone.ends is Ends.NOTHING_TO_WAIT:
        final = alone.final and all(one.ends is Ends.NEVER for one in others)
        return replace(alone, final=final, tries_left=alone.tries_left if final else tries_left)
    waits += [alone.minutes] if alone.minutes is not None else []
    longest = min(low for low, _ in waits), max(high for _, high in waits)
    return replace(alone, ends=Ends.TIME, minutes=longest, final=False, tries_left=tries_left)


def _alone(model: Model | None, errors: int | None, *, refused: int, holds_code: bool) -> WaitAnswer:
    """Return the answer for this model as if it had no look-alikes."""
    if model is not None and not model.takes_code:
        return _no_code(model, errors, refused)
    errors = None if errors is None else max(errors, refused)
    schedule = _schedule(model)
    known = schedule.value is not None
    policy = _policy(schedule.value if schedule.value is not None else _cautious(model))
    ends, minutes = _ends(policy.penalty_after(errors) if errors else None)
    if errors is None:
        ends, minutes = _any_number(policy, at_least=max(1, refused))
    clock = _clock(model)
    answer = WaitAnswer(
        known=known,
        errors=errors,
        refused=refused,
        ends=ends,
        minutes=minutes,
        clock_needs=clock.needs,
        clock_known=clock.known,
        clock_confidence=clock.confidence,
        final=ends is Ends.NEVER,
        tries_left=policy.tries_left(errors) if known and errors is not None else None,
        can_die=_can_die(model, policy, known=known),
        confidence=schedule.confidence,
        sources=schedule.sources,
        disputed=schedule.disputed,
        needs=NEEDS[clock.needs],
        traps=(*clock.notes, *_traps(model)),
        power_cut=_power_cut(model, holds_code=holds_code),
        schedule_text=model.schedule_text.value if model is not None else None,
        sentences=(),
        may_be_over=ends.asks_others,
    )
    return replace(answer, sentences=_sentences(answer, _next_wait(policy, errors)))


def _no_code(model: Model, errors: int | None, refused: int) -> WaitAnswer:
    """Return the answer for a radio that only the car or a server unlocks: there is nothing to wait for."""
    asks = model.ways.ask
    return WaitAnswer(
        known=False,
        errors=errors,
        refused=refused,
        ends=Ends.NOT_BY_TIME,
        minutes=None,
        clock_needs=ClockNeeds.RADIO_ON,
        clock_known=False,
        clock_confidence=Confidence.UNKNOWN,
        final=False,
        tries_left=None,
        can_die=model.final.value,
        confidence=model.binding.confidence,
        sources=model.binding.sources,
        disputed=model.binding.disputed,
        needs=NEEDS[ClockNeeds.RADIO_ON],
        traps=(),
        power_cut=_NO_CUT,
        schedule_text=model.schedule_text.value,
        may_be_over=True,
        sentences=(_TAKES_NO_CODE, *(() if asks.value is None else (f"Whom to ask: {asks.value}",)), _NO_CUT),
    )


def begin_countdown(model: Model | None, tried: Tried, *, now_ms: int, holds_code: bool = False) -> Countdown:
    """Return the countdown of `wait_answer`'s wait, started now; it carries `tried` to its own end.

    Raises `UsageError` where there is nothing to count.
    """
    lasts = wait_answer(model, tried.errors, refused=tried.refused, holds_code=holds_code)
    named = "" if model is None or model.default else model.id
    return Countdown.begin(named, replace(tried, errors=lasts.errors), lasts.wait_ms, now_ms)


def running_wait(model: Model | None, countdown: Countdown) -> WaitAnswer:
    """Return the wait that `countdown` counts; `model` is its model, `None` where it is not known."""
    return wait_answer(model, countdown.tried.errors, refused=countdown.tried.refused)


def facts_when_over(countdown: Countdown) -> Facts:
    """Return what is known of the case once it asks for the code again."""
    tried = countdown.tried
    return Facts(
        model=countdown.model,
        shows=Shows.CODE,
        errors=tried.errors,
        refused=tried.refused,
        evidence=tried.evidence and tried.refused > 0,
    )


def _schedule(model: Model | None) -> Fact[tuple[Rung, ...]]:
    if model is None or model.default:
        return Fact(None, Confidence.UNKNOWN)
    return model.schedule


def _cautious(model: Model | None) -> tuple[Rung, ...]:
    """Return the cautious schedule; without its stop where a source says that this lock is never final."""
    return CAUTIOUS_SCHEDULE if model is None else model.policy().schedule


def _policy(schedule: tuple[Rung, ...]) -> LockPolicy:
    return LockPolicy(schedule, ClockNeeds.RADIO_ON, PowerCutEffect.NONE, 0)


def _any_number(policy: LockPolicy, *, at_least: int) -> tuple[Ends, tuple[float, float] | None]:
    """Return what may hold when nobody knows how many codes were wrong: the span of all waits."""
    spanned = range(at_least, _ERRORS_SPANNED + 1)
    waits = [minutes for errors in spanned if (minutes := _ends(policy.penalty_after(errors))[1]) is not None]
    if not waits:
        penalties = (policy.penalty_after(errors) for errors in spanned)
        return _ends(next((penalty for penalty in penalties if penalty is not None), None))
    return Ends.TIME, (min(low for low, _ in waits), max(high for _, high in waits))


def _next_wait(policy: LockPolicy, errors: int | None) -> tuple[float, float] | None:
    """Return the next wait of the schedule, for a count that may be too low by some."""
    later = (_ends(policy.penalty_after((errors or 0) + more))[1] for more in range(1, _ERRORS_SPANNED + 1))
    return next((minutes for minutes in later if minutes is not None), None)


def _ends(penalty: Penalty | None) -> tuple[Ends, tuple[float, float] | None]:
    match penalty:
        case None:
            return Ends.NOTHING_TO_WAIT, None
        case Wait(ms=(low, high)):
            return Ends.TIME, (low / MINUTE_MS, high / MINUTE_MS)
        case UntilKeyCycle():
            return Ends.KEY_CYCLE, None
        case UntilPowerCut():
            return Ends.NOT_BY_TIME, None
        case Blocked():
            return Ends.SERVICE, None
        case Dead():
            return Ends.NEVER, None
        case _:
            assert_never(penalty)


@dataclass(frozen=True, slots=True)
class _Clock:
    needs: ClockNeeds
    known: bool
    confidence: Confidence
    notes: tuple[str, ...] = ()


def _clock(model: Model | None) -> _Clock:
    """Return what must hold while it waits; the article's "ignition off" never overrules all others."""
    fact = model.clock_needs if model is not None and not model.default else None
    if fact is None or fact.value is None:
        return _Clock(ClockNeeds.RADIO_ON, known=False, confidence=Confidence.UNKNOWN)
    if fact.value is ClockNeeds.IGNITION_OFF and fact.confidence is Confidence.DOUBTFUL:
        return _Clock(ClockNeeds.RADIO_ON, known=False, confidence=fact.confidence, notes=(_ARTICLE_ALONE,))
    return _Clock(fact.value, known=True, confidence=fact.confidence)


def _traps(model: Model | None) -> tuple[str, ...]:
    if model is None:
        return (_AUTO_OFF_MAYBE,)
    found = []
    if model.id in AUTO_OFF_MS:
        found.append(_AUTO_OFF.format(minutes=AUTO_OFF_MS[model.id] // MINUTE_MS))
    if any(
        word.text.strip().upper() == "OFF" and word.shows in {Shows.LOCKED, Shows.WAIT}
        for word in model.words.value or ()
    ):
        found.append(_SAYS_OFF)
    if model.clock_needs.value is ClockNeeds.SUPPLY:
        found.append(_SUPPLY_ONLY)
    return tuple(found)


def _can_die(model: Model | None, policy: LockPolicy, *, known: bool) -> bool | None:
    """Return whether wrong codes can kill the unit: from its schedule, else from what its sources state."""
    if known and policy.tries_left(0) is not None:
        return True
    return None if model is None or model.default else model.final.value


def _power_cut(model: Model | None, *, holds_code: bool) -> str:
    if model is None or not holds_code or model.power_cut.value is None:
        return _NO_CUT
    if model.power_cut.confidence is not Confidence.OFFICIAL or model.power_cut.disputed:
        return _NO_CUT
    return _CUT[model.power_cut.value]


def _sentences(answer: WaitAnswer, next_wait: tuple[float, float] | None) -> tuple[str, ...]:
    said = [_lasts(answer, next_wait)]
    if answer.refused and answer.wait_ms == RETRY_MS:
        said.append(_PAUSE)
    if answer.ends in {Ends.TIME, Ends.NOTHING_TO_WAIT}:
        said.append(answer.needs if answer.clock_known else f"{answer.needs} {_CLOCK_ASSUMED}")
        said.extend(answer.traps)
    said.append(answer.power_cut)
    said.append(_last_one(answer))
    return tuple(sentence for sentence in said if sentence)


def _lasts(answer: WaitAnswer, next_wait: tuple[float, float] | None) -> str:
    after = "Without a wrong code"
    if answer.errors:
        after = f"After {answer.errors} wrong {'code' if answer.errors == 1 else 'codes'}"
    if not answer.known:
        return _lasts_unknown(answer)
    match answer.ends:
        case Ends.TIME if answer.errors is None:
            span = spoken_minutes(answer.minutes)
            return f"Depending on how many codes were wrong it waits {span}; go by the longer."
        case Ends.TIME:
            return f"{after} it waits {spoken_minutes(answer.minutes)}."
        case Ends.NOTHING_TO_WAIT:
            longest = "" if next_wait is None else f" Its next wait is {spoken_minutes(next_wait)}."
            more = "more codes were wrong" if answer.errors else "somebody has tried"
            return f"{after} it should not wait. If it does, {more}: let it run.{longest}"
        case _:
            return f"{after if answer.errors else 'After too many wrong codes'} {_HOW_IT_ENDS[answer.ends]}"


def _lasts_unknown(answer: WaitAnswer) -> str:
    if answer.ends is Ends.NEVER:
        return "How this radio goes on is not known. After so many wrong codes the cautious reading is: stop."
    longest = spoken_minutes(None if answer.minutes is None else (answer.minutes[1],) * 2)
    then = (
        "leave it on for 60 minutes, then once for 120" if answer.wait_ms < HOUR_MS else "once more as long"
    )
    if answer.ends is not Ends.TIME:
        return f"How long this radio waits is not known. If it shows a wait, {then}, radio on."
    return (
        f"How long this radio waits is not known. Cautious reading: {longest}; without CODE by then, {then}."
    )


def _last_one(answer: WaitAnswer) -> str:
    if answer.final:
        return ""
    if answer.tries_left is not None:
        return _LAST if answer.tries_left == 1 else _ENDS_AFTER.format(left=answer.tries_left)
    return _CAN_DIE[answer.can_die]


_HOW_IT_ENDS: Final = {
    Ends.KEY_CYCLE: "it takes the next one only when the ignition has been off and on again.",
    Ends.NOT_BY_TIME: "no time opens it again. Ask the make's dealer, with papers.",
    Ends.SERVICE: "it is blocked until the maker's service allows more tries. No wait ends this.",
    Ends.NEVER: "it takes no code any more. No wait ends this.",
}
NEEDS: Final = {
    ClockNeeds.RADIO_ON: "Keep the radio on, with its message showing; only that time counts.",
    ClockNeeds.RADIO_AND_IGNITION: "Keep ignition and radio on, the message showing; only that time counts.",
    ClockNeeds.SUPPLY_AND_IGNITION: "Keep the battery connected and the ignition on for the whole time.",
    ClockNeeds.SUPPLY: "Keep it connected to the battery; it may be switched off.",
    ClockNeeds.IGNITION_OFF: "Ignition off, battery connected, leave the car alone.",
    ClockNeeds.ENGINE: "Engine running in the open air, handbrake on: without it the set switches off.",
}
_TAKES_NO_CODE: Final = "This radio takes no code: the car or a server unlocks it, and no wait ends this."
_LEAVE_IT_ON: Final = "Leave it on for {longest} and enter nothing: that is right whichever it is."
_PAUSE: Final = "A code was refused: leave at least 15 minutes before the next one, whatever it shows."
_LAST: Final = (
    "Each is counted, and the next wrong code is the last one: after it the radio is locked for good."
)
_ENDS_AFTER: Final = (
    "Each is counted, and its schedule has an end: {left} more wrong codes and it is locked for good."
)
_CAN_DIE: Final = {
    True: "Each wrong code is counted and they can lock it for good: enter nothing that is in doubt.",
    False: "No final lock is known for this radio; wrong codes are counted all the same.",
    None: "Each wrong code counts; whether they can lock it for good is not known. Treat each as the last.",
}
_CLOCK_ASSUMED: Final = "For this radio that is not known; it holds for nearly all others."
_ARTICLE_ALONE: Final = (
    "One article says ignition off. Makers and owners of nearly all others say the opposite: keep it on."
)
_AUTO_OFF: Final = (
    "This set switches itself off after {minutes} minutes, and its clock stops. Switch it on again at once."
)
_AUTO_OFF_MAYBE: Final = (
    "Some sets switch themselves off after 20 minutes or an hour. Look in between; switch on again at once."
)
_SAYS_OFF: Final = "The display reads OFF while the set is on. Make sure that it is on, and leave it so."
_SUPPLY_ONLY: Final = "This is the one kind of radio whose wait runs while it is switched off."
_NO_CUT: Final = "Do not cut the supply: no battery, no fuse."
_CUT: Final = {
    PowerCutEffect.NONE: "The maker says that cutting the supply changes nothing here. Leave it connected.",
    PowerCutEffect.RESTART_WAIT: "The maker says that cutting the supply starts the wait again. Leave it on.",
    PowerCutEffect.RESET_ATTEMPTS: "The maker says that it takes new tries after its supply was cut.",
    PowerCutEffect.REPROMPT: "The maker says that the question comes back after its supply was cut.",
}
