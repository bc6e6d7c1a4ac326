"""What went over the plug, kept for who looks on: all of it in order, in bounded memory, without seed and key."""

import pytest
from plugged import CODE, Plugged, make_ecu

from radiokey.diagnostics.access import key_of
from radiokey.diagnostics.doip import PAYLOAD_SIZE_MAX, Payload, encode, encode_acknowledge, encode_diagnostic
from radiokey.diagnostics.traffic import SHOWN_BYTES, Traffic, Wire

ASKS = encode_diagnostic(2, 0x0E00, 0x00E0, b"\x22\xf1\x90")
ACTIVATES = encode(3, Payload.ACTIVATION_REQUEST, b"\x0e\x00\x01" + bytes(4))
SEED, KEY = bytes(range(1, 17)), bytes(range(101, 117))


def traffic(most=8, **how) -> Traffic:
    return Traffic(lambda: 7, most, **how)


def names(of: Traffic) -> list[str]:
    return [one.described.name for one in of.since(0)[0]]


def test_who_looks_again_is_told_what_is_new_and_what_nobody_can_see_any_more():
    one = traffic(3)
    assert one.since(0) == ([], 0)
    for number in range(5):
        one.message("<0E00", bytes((0x22, 0xFD, number)))
    entries, missed = one.since(0)
    assert [entry.number for entry in entries] == [3, 4, 5]
    assert missed == 2
    assert one.since(4)[0] == entries[2:]
    assert one.since(4)[1] == 0
    assert one.since(5) == ([], 0)
    assert (entries[0].at_ms, entries[0].to_unit, entries[0].who, entries[0].hex) == (
        7,
        True,
        "0E00",
        "22 FD 02",
    )


@pytest.mark.parametrize("size", [1, 3, 8, 11, 100])
def test_a_frame_is_one_entry_however_its_bytes_come(size):
    """Segments are no messages: joined and split, from two connections among each other."""
    one, stream = traffic(), ACTIVATES + ASKS + ASKS
    for at in range(0, len(stream), size):
        one.doip(1, stream[at : at + size], to_unit=True)
        one.doip(2, b"", to_unit=True)
    assert names(one) == ["Routing activation request", "Diagnostic message", "Diagnostic message"]
    assert [entry.data for entry in one.since(0)[0]] == [ACTIVATES, ASKS, ASKS]


def test_what_is_too_large_is_said_once_and_passed_over():
    one = traffic()
    huge = encode(2, Payload.DIAGNOSTIC, bytes(PAYLOAD_SIZE_MAX + 1))
    for at in range(0, len(huge), 1_000):
        one.doip(1, huge[at : at + 1_000], to_unit=True)
    one.doip(1, ASKS, to_unit=True)
    entries, _ = one.since(0)
    assert [entry.size for entry in entries] == [len(huge), len(ASKS)]
    assert all(len(entry.data) <= SHOWN_BYTES for entry in entries)
    assert entries[0].unseen == len(huge) - SHOWN_BYTES


def test_a_connection_that_is_gone_leaves_nothing_behind():
    one = traffic()
    one.doip(1, ASKS[:9], to_unit=True)
    one.hung_up(1)
    one.doip(1, ASKS, to_unit=True)
    assert names(one) == ["Diagnostic message"]


def messages():
    """The messages of a code over the plug, with what must not be seen of them."""
    unit = Plugged(make_ecu())
    unit.cut()
    unit.ask("1003")
    seed = unit.seed(1)
    return seed, key_of(CODE, seed)


def test_neither_seed_nor_key_is_kept_in_a_message_or_in_what_carries_it():
    one = traffic(64)
    seed, key = messages()
    asks, answers = b"\x27\x02" + key, b"\x67\x01" + seed
    one.message("<0E00", asks)
    one.message(">0E00", answers)
    one.doip(1, encode_diagnostic(2, 0x0E00, 0x00E0, asks), to_unit=True)
    echoed = encode_acknowledge(2, 0x00E0, 0x0E00)
    one.doip(1, echoed + encode_diagnostic(2, 0x00E0, 0x0E00, answers), to_unit=False)
    for identifier, data in ((0x7A0, asks), (0x7A8, answers)):
        one.can(identifier, bytes((0x10, len(data))) + data[:6], to_unit=identifier == 0x7A0)
        one.can(identifier ^ 8, b"\x30\x00\x00", to_unit=identifier != 0x7A0)
        for number, at in enumerate(range(6, len(data), 7), 1):
            one.can(identifier, bytes((0x20 | number,)) + data[at : at + 7], to_unit=identifier == 0x7A0)
    entries, _ = one.since(0)
    kept = b"".join(entry.data for entry in entries)
    for secret in (seed, key):
        assert not any(secret[at : at + 3] in kept for at in range(14))
    assert [entry.described.means for entry in entries][:2] == [
        "02 sendKey, the lock",
        "01 requestSeed, the lock",
    ]
    assert entries[0].unseen == 16
    one.can(0x7A0, b"\x10\x08\x22\xf1\x90\xf1\x8c\xf1", to_unit=True)
    one.can(0x7A0, b"\x21\x95\xf1", to_unit=True)
    assert [entry.hex for entry in one.since(entries[-1].number)[0]] == [
        "10 08 22 F1 90 F1 8C F1",
        "21 95 F1",
    ]


def test_a_code_that_everybody_may_see_has_no_secret():
    one = traffic(open_secrets=True)
    one.message("<0E00", b"\x27\x02" + KEY)
    one.doip(1, encode_diagnostic(2, 0x00E0, 0x0E00, b"\x67\x01" + SEED), to_unit=False)
    one.can(0x7A0, b"\x10\x12\x27\x02" + KEY[:4], to_unit=True)
    entries, _ = one.since(0)
    assert [entry.data[-4:] for entry in entries] == [KEY[-4:], SEED[-4:], KEY[:4]]
    assert [entry.wire for entry in entries] == [Wire.NONE, Wire.DOIP, Wire.CAN]
