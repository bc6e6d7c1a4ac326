"""The second lock of a navigation unit: after the right code it asks the base, and plays once it answered.

The challenge names the unit, a number and a nonce. The number is that of the record under which the unit
began to ask: it never comes twice, and stands for as long as the unit asks, so an answer may be carried by
hand for a month. The nonce is a digest of that number under the device's key: nobody gets an answer in
advance. The answer is the base's signature over all of it and its epoch. A unit takes only an epoch beyond
the newest it took: a base that was put back to an older state opens nothing (docs/spec/synchronisation.md).

No answer, whatever it is, costs an error; and none leaves a unit half open: state, epoch and the end of the
asking are one record (`headunit.store`).
"""

import hmac
from enum import StrEnum
from typing import Final

from radiokey.code.hand import from_lines, to_lines
from radiokey.code.signed import NONCE_SIZE, SIGNATURE_SIZE, Answer, Challenge, split
from radiokey.errors import InputError
from radiokey.headunit.device import Device
from radiokey.language.speech import gettext

_BY_HAND: Final = 4
"""Bytes of a number in what is carried by hand."""
CHALLENGE_BY_HAND: Final = _BY_HAND + NONCE_SIZE
ANSWER_BY_HAND: Final = _BY_HAND + SIGNATURE_SIZE


class SyncResult(StrEnum):
    """What a unit made of the last answer; never an error of the code."""

    NOTHING = "nothing"
    TAKEN = "taken"
    NOT_ASKED = "not-asked"
    UNREADABLE = "unreadable"
    NOT_SIGNED = "not-signed"
    ANOTHER_UNIT = "another-unit"
    STALE = "stale"
    ROLLED_BACK = "rolled-back"


def challenge_of(device: Device, asked: int) -> Challenge:
    """Return what this unit asks under the number `asked`."""
    nonce = hmac.digest(device.key, b"synchronise\n" + asked.to_bytes(4, "little"), "sha256")[:NONCE_SIZE]
    return Challenge(device.serial, asked, nonce)


def judge(data: bytes, device: Device, challenge: Challenge | None, epoch: int) -> SyncResult | Answer:
    """Return the answer in `data` if it opens a unit that asks `challenge` and took `epoch`; else why not.

    The signature is looked at before anything that it signs is believed.
    """
    if challenge is None:
        return SyncResult.NOT_ASKED
    body, signature = split(data)
    answer = Answer.parse(body)
    if answer is None:
        return SyncResult.UNREADABLE
    if not device.verify(Answer.DOMAIN + body, signature):
        return SyncResult.NOT_SIGNED
    if answer.serial != challenge.serial:
        return SyncResult.ANOTHER_UNIT
    if (answer.asked, answer.nonce) != (challenge.asked, challenge.nonce):
        return SyncResult.STALE
    return answer if answer.epoch > epoch else SyncResult.ROLLED_BACK


# --- by hand ------------------------------------------------------------------------------------------------


def challenge_lines(challenge: Challenge) -> tuple[str, ...]:
    """Return the challenge as lines to copy; the unit's serial number goes with them in clear."""
    return to_lines(challenge.asked.to_bytes(_BY_HAND, "little") + challenge.nonce)


def challenge_from_lines(serial: str, text: str) -> Challenge:
    """Return the challenge that a person copied; raise `InputError` naming the line that is wrong."""
    data = from_lines(text, CHALLENGE_BY_HAND)
    return Challenge(serial, int.from_bytes(data[:_BY_HAND], "little"), data[_BY_HAND:])


def answer_lines(answer: bytes) -> tuple[str, ...]:
    """Return a signed answer as lines to copy: its epoch and signature, for the rest is the unit's own."""
    body, signature = split(answer)
    parsed = Answer.parse(body)
    if parsed is None:
        raise InputError(
            gettext("this is no answer of a base"), hint=gettext("ask it again with the unit's challenge")
        )
    return to_lines(parsed.epoch.to_bytes(_BY_HAND, "little") + signature)


def answer_from_lines(challenge: Challenge, text: str) -> bytes:
    """Return the signed answer to `challenge` that a person copied; raise `InputError` naming the line."""
    data = from_lines(text, ANSWER_BY_HAND)
    answer = Answer.to(challenge, int.from_bytes(data[:_BY_HAND], "little"))
    return answer.body() + data[_BY_HAND:]
