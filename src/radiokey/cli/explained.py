"""What a stored record says, in words. The facts are `headunit.explain`'s."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from radiokey.cli import say
from radiokey.cli.options import load
from radiokey.errors import InputError, UsageError
from radiokey.guide.spoken import spoken_minutes
from radiokey.guide.waiting import wait_answer
from radiokey.guide.waiting_texts import NEEDS
from radiokey.headunit.explain import Ends, Explained, Rules, Unsure, Verdict, Why, explain
from radiokey.headunit.lock import Lock, State
from radiokey.headunit.policy import REFERENCE, ClockNeeds
from radiokey.headunit.stored import KEY_SIZE, STORED_SIZE_MAX, Form
from radiokey.language.speech import gettext, later, ngettext


def explain_file(
    record: Path,
    key_file: Path | None,
    counter: int | None,
    model: str | None,
    policy: str | None,
    *,
    as_json: bool,
) -> None:
    """Read the record, and write what it says."""
    rules = _rules(model, policy)
    found = explain(_read(record), key=_key(key_file), counter=counter, rules=rules)
    if as_json:
        say.document(_document(found, model or policy))
        return
    for label, text in _sentences(found).items():
        if label:
            say.item(label, text)
        else:
            say.prose(text)
    say.listed(gettext("Not sure"), (gettext(UNSURE[doubt]) for doubt in found.unsure))


def _rules(model: str | None, policy: str | None) -> Rules | None:
    if model is not None and policy is not None:
        raise UsageError(
            gettext("a radio and a policy were both given"), hint=gettext("give --model or --policy")
        )
    if policy not in {None, "reference"}:
        raise UsageError(
            gettext("there is no policy of that name"), hint=gettext("give --policy reference, or --model ID")
        )
    if policy is not None:
        return Rules(REFERENCE, cuts_told=True)
    known = load(model)
    if known is None:
        return None
    answer = wait_answer(known, None)
    own = replace(known.policy(), clock_needs=answer.clock_needs)
    return Rules(own, cuts_told=False, cautious=not (answer.known and answer.clock_known))


def _read(file: Path) -> bytes:
    """Return what stands in `file`, one byte more than anything stored has at most."""
    try:
        if str(file) == "-":
            raw = getattr(sys.stdin, "buffer", None)
            return raw.read(STORED_SIZE_MAX + 1) if raw else sys.stdin.read(STORED_SIZE_MAX + 1).encode()
        with file.open("rb") as opened:
            return opened.read(STORED_SIZE_MAX + 1)
    except OSError as error:
        raise InputError(
            gettext("the file cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("give another file"),
        ) from error


def _key(file: Path | None) -> bytes | None:
    if file is None:
        return None
    key = _read(file)
    if len(key) != KEY_SIZE:
        try:
            key = bytes.fromhex(key.decode("ascii"))
        except ValueError:
            key = b""
    if len(key) != KEY_SIZE:
        raise InputError(
            gettext("a device's key has {size} bytes", size=KEY_SIZE),
            hint=gettext("give them as they are, or as hexadecimal text"),
        )
    return key


# --- in words ---------------------------------------------------------------------------------------------


def _sentences(found: Explained) -> dict[str, str]:
    return {
        "": _is(found),
        gettext("Why"): _why(found),
        gettext("Until"): _until(found),
        gettext("A cut now"): _cut(found),
        gettext("Next"): _next(found),
    }


def _is(found: Explained) -> str:
    verdict = gettext(VERDICTS[found.verdict], n=found.sequence, c=found.counter)
    return f"{gettext(FORMS[found.form])}. {verdict}"


def _why(found: Explained) -> str:
    said = [gettext(WHY[found.why])]
    if found.behind:
        said.append(
            gettext("Behind that it is as it was: {state}", state=_lowered(gettext(WHY[found.behind])))
        )
    errors, left = found.lock.errors, found.tries_left
    if errors:
        said.append(ngettext("{n} wrong code is counted.", "{n} wrong codes are counted.", errors))
    if errors and left:
        said.append(
            gettext("After one more no wait ends the lock.")
            if left == 1
            else ngettext(
                "After {n} more no wait ends the lock.", "After {n} more no wait ends the lock.", left
            )
        )
    return " ".join(said)


def _lowered(sentence: str) -> str:
    """Return a sentence as it goes on behind a colon."""
    return sentence[:1].lower() + sentence[1:]


def _until(found: Explained) -> str:
    said = [gettext(UNTIL[found.ends]) if UNTIL[found.ends] else ""]
    if Why.WAITS in {found.why, found.behind}:
        left, whole = _spoken(found.lock.wait_left_ms), _spoken(found.lock.wait_ms)
        clock = gettext(CLOCK[found.clock_needs] if found.clock_needs else _CLOCK_UNKNOWN)
        said.append(
            gettext(
                "Of a wait of {whole}, {left} are left, by the radio's own clock. {clock}",
                whole=whole,
                left=left,
                clock=clock,
            )
        )
    return " ".join(sentence for sentence in said if sentence)


def _next(found: Explained) -> str:
    said = [gettext(NEXT[found.why])]
    if found.why is Why.WAITS and found.clock_needs:
        said.append(gettext(NEEDS[found.clock_needs]))
    if found.behind not in {None, Why.PLAYS}:
        assert found.behind is not None
        said.append(gettext("Then: {next}", next=_lowered(gettext(NEXT[found.behind]))))
    return " ".join(said)


def _cut(found: Explained) -> str:
    if found.cut_withheld:
        return gettext(_WITHHELD)
    if found.cut is None:
        return gettext(_NO_RULES)
    short, long = (_after(found, after) for after in (found.cut.short, found.cut.long))
    if short == long:
        return gettext("However long, {what}.", what=long)
    if not found.cut.gap_ms_min:
        return f"{long[:1].upper()}{long[1:]}."
    return gettext(
        "Shorter than {gap}: {short}. From {gap} on: {long}.",
        gap=_spoken(found.cut.gap_ms_min),
        short=short,
        long=long,
    )


def _after(found: Explained, after: Lock) -> str:
    """Say what a cut leads to."""
    lock, cut = found.lock, found.cut
    assert cut is not None
    was = lock.before if found.behind else lock.state
    now = after.before if found.behind else after.state
    match was, now:
        case State.WAIT, State.WAIT if cut.again_ms[1]:
            said = gettext(
                "it waits on, and up to {most} of it already served are waited again",
                most=_spoken(cut.again_ms[1]),
            )
        case State.WAIT, State.WAIT:
            said = gettext("it waits on, and nothing that was served is lost")
        case State.CHECKING, State.CODE if after.pending:
            said = gettext("it asks again; the error stays counted, and the same entry again costs no other")
        case State.CHECKING, _:
            said = gettext("the entry is answered as a wrong one: {state}", state=gettext(WHY_SHORT[now]))
        case _ if was is now:
            said = gettext("nothing changes")
        case _:
            said = gettext(WHY_SHORT[now])
    return gettext("it stays as it is; behind that {what}", what=said) if found.behind else said


def _spoken(ms: int) -> str:
    """Say a time, not shorter than it is."""
    minutes = -(-ms // 1000) / 60
    return spoken_minutes((minutes, minutes))


FORMS: Final = {
    Form.RECORD: later("One record"),
    Form.CHIP: later("A memory chip"),
    Form.UNIT: later("The image of a unit"),
}
VERDICTS: Final = {
    Verdict.SOUND: later("Record {n} counts: it is whole, and it is this device's."),
    Verdict.UNCHECKED: later(
        "Record {n} counts, as far as can be seen: it is whole. Who wrote it was not checked."
    ),
    Verdict.FOREIGN: later("It was not written under this key: another unit's, or changed by somebody."),
    Verdict.FORGED: later("It is whole, and says what no unit writes: somebody made it."),
    Verdict.MISPLACED: later("It is whole, and stands where no unit writes it: somebody moved it."),
    Verdict.DAMAGED: later("It is damaged: what should vouch for it does not fit it."),
    Verdict.OLDER: later("It is an older image, put back: record {n}, and the device has counted to {c}."),
    Verdict.AHEAD: later(
        "It is not this device's last one: record {n}, and the device has counted only to {c}."
    ),
}
WHY: Final = {
    Why.PLAYS: later("It is not locked."),
    Why.ASKS: later("It asks for its code."),
    Why.INTERRUPTED: later("It asks for its code. A cut interrupted the last entry, which it remembers."),
    Why.COMPARING: later("Its supply went away while an entry was compared. That entry is counted already."),
    Why.WAITS: later("It waits after wrong codes."),
    Why.UNTIL_POWER_CUT: later("It is locked after wrong codes until its supply is cut."),
    Why.UNTIL_KEY_CYCLE: later(
        "It is locked after wrong codes until the ignition has been off and on again."
    ),
    Why.UNTIL_SERVICE: later("It is locked after wrong codes until the maker's service allows more."),
    Why.LOCKED: later("It is locked after wrong codes, and no time ends that."),
    Why.PERMANENT: later("It has locked for good after too many wrong codes."),
    Why.SYNCHRONISES: later("The code was right. It waits for the base to answer: that is not a wrong code."),
    Why.PROTECTED: later("The car does not know this radio. That is not a wrong code."),
    Why.MEMORY: later("Its memory holds nothing that it takes. That is not a wrong code."),
    Why.FIRMWARE: later("An update of its software failed. That is not a wrong code."),
    Why.BUS: later("The network of the car is at fault. That is not a wrong code."),
    Why.TAMPERED: later("Somebody tampered with it. That is not a wrong code."),
    Why.FAULT: later("Something is at fault that the record does not name. That is not a wrong code."),
}
WHY_SHORT: Final = {
    State.PLAYING: later("it plays"),
    State.CODE: later("it asks for its code"),
    State.SCRAMBLED: later("it asks for its code, and plays on garbled for a while"),
    State.WAIT: later("it waits"),
    State.LOCKED: later("it is locked"),
    State.PERMANENT: later("it is locked for good"),
    State.SYNC: later("it waits for the answer of the base"),
}
UNTIL: Final = {
    Ends.NOTHING_TO_END: later("There is nothing to end."),
    Ends.CODE: later("The right code ends it."),
    Ends.SUPPLY: later("It is decided when the supply is back."),
    Ends.TIME: "",
    Ends.POWER_CUT: later("A cut of the supply ends it, and no time."),
    Ends.KEY_CYCLE: later("The ignition, off and on again, ends it, and no time."),
    Ends.SERVICE: later("The maker's service ends it, and no time."),
    Ends.NOT_SAID: later("No time ends it."),
    Ends.GRANT: later("A memory chip that its maker granted to this unit ends it, and no time and no code."),
    Ends.BASE: later("The answer of the base ends it, and no code."),
    Ends.CAR: later("The car ends it when it knows the radio, and no code."),
    Ends.MENDING: later("Mending it ends it, and no code."),
}
CLOCK: Final = {
    ClockNeeds.RADIO_ON: later("It runs only while the radio is on."),
    ClockNeeds.RADIO_AND_IGNITION: later("It runs only while radio and ignition are on."),
    ClockNeeds.SUPPLY_AND_IGNITION: later("It runs only while the ignition is on."),
    ClockNeeds.SUPPLY: later("It runs while there is supply, the radio on or off."),
    ClockNeeds.IGNITION_OFF: later("It runs only while the ignition is off."),
    ClockNeeds.ENGINE: later("It runs only while radio and engine are on."),
}
NEXT: Final = {
    Why.PLAYS: later("Nothing has to be done. Keep the code, away from the car."),
    Why.ASKS: later("Key the right code in, once. Guess nothing."),
    Why.INTERRUPTED: (
        later(
            "Key the same entry in again if it was the right code; it costs no other error. Any other entry "
            "is not compared: the interrupted one is answered first."
        )
    ),
    Why.COMPARING: later("Connect the supply, then look at what it shows."),
    Why.WAITS: later("Wait. Nothing that is keyed meanwhile counts."),
    Why.UNTIL_POWER_CUT: later("Cut the supply once, then key the right code in."),
    Why.UNTIL_KEY_CYCLE: later("Turn the ignition off and on, then key the right code in."),
    Why.UNTIL_SERVICE: later("Ask the maker's service, with papers."),
    Why.LOCKED: later("Ask the make's dealer, with papers."),
    Why.PERMANENT: later("Enter nothing more. Ask the maker for a new memory chip, with papers."),
    Why.SYNCHRONISES: later(
        "Have it synchronised, over the net or by the lines it shows. Enter no code again."
    ),
    Why.PROTECTED: later("Leave the ignition on for a minute; if it stays, ask a workshop. Enter no code."),
    Why.MEMORY: later("Have a workshop look at the unit. Enter no code."),
    Why.FIRMWARE: later(
        "Have the update finished, with the maker's own file and a steady supply. Enter no code."
    ),
    Why.BUS: later("Have a workshop look at the wiring and the network of the car. Enter no code."),
    Why.TAMPERED: later("Have the maker's workshop look at the unit, with papers. Enter no code."),
    Why.FAULT: later("Have a workshop look at the unit. Enter no code."),
}
STEP: Final = {
    Why.PLAYS: "keep-it-safe",
    Why.ASKS: "hold-the-code",
    Why.INTERRUPTED: "hold-the-code",
    Why.COMPARING: "supply",
    Why.WAITS: "waiting",
    Why.UNTIL_POWER_CUT: "attempt-limit",
    Why.UNTIL_KEY_CYCLE: "attempt-limit",
    Why.UNTIL_SERVICE: "attempt-limit",
    Why.LOCKED: "attempt-limit",
    Why.PERMANENT: "permanent",
    Why.SYNCHRONISES: "sync",
    Why.PROTECTED: "protected",
    Why.MEMORY: "supply-fault",
    Why.FIRMWARE: "update-failed",
    Why.BUS: "network-fault",
    Why.TAMPERED: "tampered",
    Why.FAULT: "supply-fault",
}
"""The step of the guide that speaks of it."""
UNSURE: Final = {
    Unsure.KEY: later("Whether the record is genuine: that takes the device's key (--key-file)."),
    Unsure.COUNTER: later(
        "Whether it is the last one: that takes what the device's counter reads (--counter)."
    ),
    Unsure.POLICY: later("Which rules hold: that takes the radio (--model), or --policy reference."),
    Unsure.CAUTIOUS: later(
        "The rules of this radio: they are not all known, and these are the careful reading."
    ),
    Unsure.UNLIKE: later("Whether it is this radio: under its rules no such record comes about."),
    Unsure.ONE_RECORD: later(
        "Whether a newer record stands beside it: a chip has four places, and this is one."
    ),
    Unsure.UNFINISHED: later("Its last write was cut off. The unit finishes it when it starts."),
    Unsure.STRANGER: later(
        "Beside it stands a record that this unit did not write there. It passes it over."
    ),
    Unsure.UNSAVED: later("Up to a minute more may have been served: it is written once a minute."),
}
_CLOCK_UNKNOWN: Final = later("When that clock runs differs from radio to radio.")
_NO_RULES: Final = later(
    "What it would do differs from radio to radio, and this one was not named. Leave it connected."
)
_WITHHELD: Final = later(
    "Withheld: what a cut does to the lock of a maker's radio helps a thief more than an owner. It is shown "
    "only to a person who has the right code, and only where the maker's manual says it. Leave it connected."
)


# --- as a document ----------------------------------------------------------------------------------------


def _document(found: Explained, rules: str | None) -> dict[str, Any]:
    lock, cut = found.lock, found.cut
    return {
        "form": found.form.value,
        "verdict": found.verdict.value,
        "rules": rules,
        "sequence": found.sequence,
        "counter": found.counter,
        "slots": [{"reads": slot.reads.value, "sequence": slot.sequence} for slot in found.slots],
        "state": lock.state.value,
        "before": lock.before.value if found.behind else None,
        "hold": None if Why.LOCKED in {found.why, found.behind} else lock.hold.value,
        "fault": lock.fault.value,
        "errors": lock.errors,
        "tries_left": found.tries_left,
        "wait_left_ms": lock.wait_left_ms,
        "wait_ms": lock.wait_ms,
        "clock_needs": found.clock_needs.value if found.clock_needs else None,
        "why": found.why.value,
        "behind": found.behind.value if found.behind else None,
        "ends": found.ends.value,
        "step": STEP[found.why],
        "cut": None
        if cut is None
        else {
            "gap_ms_min": cut.gap_ms_min,
            "short": _lock(cut.short),
            "long": _lock(cut.long),
            "again_ms": list(cut.again_ms),
        },
        "cut_withheld": found.cut_withheld,
        "unsure": [doubt.value for doubt in found.unsure],
        "sentences": [sentence for sentence in _sentences(found).values() if sentence],
    }


def _lock(lock: Lock) -> dict[str, Any]:
    return {
        "state": lock.state.value,
        "before": lock.before.value,
        "errors": lock.errors,
        "wait_left_ms": lock.wait_left_ms,
    }
