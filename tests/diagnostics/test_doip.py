"""DoIP on the wire: every refusal of the page, messages joined and split, datagrams, and whatever else comes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.diagnostics.doip import (
    PAYLOAD_SIZE_MAX,
    BadHeader,
    Identity,
    Message,
    Occupancy,
    Payload,
    Reader,
    answer_datagram,
    encode,
    encode_diagnostic,
)
from radiokey.diagnostics.gateway import (
    ALIVE_CHECK_MS,
    GENERAL_INACTIVITY_MS,
    INITIAL_INACTIVITY_MS,
    TESTERS_MAX,
    Ask,
    Close,
    Gateway,
    Send,
)

IDENTITY = Identity("SJNFAAN16U0123456", b"\0\0\0\0\0\1")
FREE = Occupancy(64, 3)
ACTIVATED = "02fd000600000009{tester}00e0{code}00000000"


def activation(source: int = 0x0E00, kind: int = 0, version: int = 2, more: bytes = b"") -> bytes:
    payload = struct.pack(">HB4x", source, kind) + more
    return encode(version, Payload.ACTIVATION_REQUEST, payload)


def connected(*, source: int | None = 0x0E00, link: int = 1) -> Gateway:
    gateway = Gateway()
    gateway.open(link, 0)
    if source is not None:
        gateway.receive(link, activation(source), 0)
    return gateway


def said(actions) -> list[str]:
    """Return what is sent, and `close` or `ask` for the rest, in order."""
    names = {Close: "close", Ask: "ask"}
    return [one.data.hex() if isinstance(one, Send) else names[type(one)] for one in actions]


# --- the table of the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ("02fc8001000000060e0000e03e00", ["02fd000000000001" + "00", "close"]),
        ("04fb8001000000060e0000e03e00", ["03fc000000000001" + "00", "close"]),
        ("01fe8001000000060e0000e03e00", ["03fc000000000001" + "00", "close"]),
        ("02fd123400000000", ["02fd000000000001" + "01"]),
        ("02fd000100000000", ["02fd000000000001" + "01"]),
        ("03fc400100000000", ["03fc000000000001" + "01"]),
        ("02fd8001ffffffff", ["02fd000000000001" + "02"]),
        ("02fd8001000000040e0000e0", ["02fd000000000001" + "04", "close"]),
        ("02fd0005000000080e00000000000000", ["02fd000000000001" + "04", "close"]),
        ("02fd000700000001" + "00", ["02fd000000000001" + "04", "close"]),
        ("02fd000700000000", ["02fd000800000002" + "00e0"]),
        ("02fd0008000000020e00", []),
        ("02fd00000000000103", []),
        ("02fd8001000000060e0000e03e00", ["ask"]),
        ("02fd8001000000060e00e4003e00", ["ask"]),
        ("02fd8001000000060e0000e13e00", ["02fd8003000000050" + "0e10e0003"]),
        ("02fd8001000000060e0100e03e00", ["02fd8003000000050" + "0e00e0102", "close"]),
    ],
)
def test_each_line_of_the_page(data, answer):
    assert said(connected().receive(1, bytes.fromhex(data), 0)) == answer


@pytest.mark.parametrize(
    ("request_", "code", "ends"),
    [
        (activation(), "10", False),
        (activation(0x0FFF), "10", False),
        (activation(kind=1), "10", False),
        (activation(more=bytes(4)), "10", False),
        (activation(0x00E0), "00", True),
        (activation(0x1000), "00", True),
        (activation(kind=0xE0), "06", True),
    ],
)
def test_activations(request_, code, ends):
    answer = said(connected(source=None).receive(1, request_, 0))
    wanted = ACTIVATED.format(tester=request_[8:10].hex(), code=code)
    assert answer == [wanted] + ["close"] * ends


def test_a_message_without_activation_is_refused_and_ends_the_connection():
    answer = said(connected(source=None).receive(1, encode_diagnostic(2, 0x0E00, 0x00E0, b"\x3e\x00"), 0))
    assert answer == ["02fd80030000000500e00e0002", "close"]


def test_an_activation_again_is_confirmed_and_of_another_address_refused():
    gateway = connected()
    assert said(gateway.receive(1, activation(), 0)) == [ACTIVATED.format(tester="0e00", code="10")]
    assert said(gateway.receive(1, activation(0x0E01), 0)) == [
        ACTIVATED.format(tester="0e01", code="02"),
        "close",
    ]


def test_the_answer_comes_from_the_unit_and_the_acknowledge_from_whom_was_asked():
    (ask,) = connected().receive(1, encode_diagnostic(3, 0x0E00, 0xE400, b"\x3e\x00"), 0)
    assert ask.functional
    assert ask.acknowledge.hex() == "03fc800200000005e4000e0000"
    assert ask.answer(b"\x7e\x00").hex() == "03fc80010000000600e00e007e00"


# --- who is alive -------------------------------------------------------------------------------------------


def two(now_ms: int = 0) -> Gateway:
    gateway = connected()
    gateway.open(2, now_ms)
    return gateway


def test_an_address_that_lives_elsewhere_is_not_given_away():
    gateway = two()
    (check,) = gateway.receive(2, activation(), 0)
    assert (check.link, check.data.hex()) == (1, "02fd000700000000")
    answer = gateway.receive(1, bytes.fromhex("02fd0008000000020e00"), 100)
    assert said(answer) == [ACTIVATED.format(tester="0e00", code="03"), "close"]
    assert {one.link for one in answer} == {2}


def test_an_address_whose_connection_is_dead_goes_to_the_newcomer():
    gateway = two()
    gateway.receive(2, activation(), 0)
    assert gateway.tick(ALIVE_CHECK_MS - 1) == []
    closed, activated = gateway.tick(ALIVE_CHECK_MS)
    assert (closed.link, type(closed)) == (1, Close)
    assert (activated.link, activated.data.hex()) == (2, ACTIVATED.format(tester="0e00", code="10"))


def test_what_the_newcomer_says_meanwhile_waits_for_its_activation():
    gateway = two()
    gateway.receive(2, activation() + encode_diagnostic(2, 0x0E00, 0x00E0, b"\x3e\x00"), 0)
    gateway.receive(2, encode_diagnostic(2, 0x0E00, 0x00E0, b"\x3e\x80"), 10)
    actions = gateway.lose(1, 20)
    assert [type(one) for one in actions] == [Send, Ask, Ask]
    assert [one.data for one in actions[1:]] == [b"\x3e\x00", b"\x3e\x80"]


def test_where_messages_are_cut_behind_an_activation_changes_nothing():
    gateway, messages = two(), [encode_diagnostic(2, 0x0E00, 0x00E0, bytes((0x22, 0xF1, n))) for n in (1, 2)]
    gateway.receive(2, activation() + messages[0] + messages[1][:9], 0)
    gateway.receive(2, messages[1][9:], 10)
    assert [one.data for one in gateway.lose(1, 20)[1:]] == [b"\x22\xf1\x01", b"\x22\xf1\x02"]
    gateway = two()
    gateway.receive(2, activation() + messages[0] + bytes(8), 0)
    assert [type(one) for one in gateway.lose(1, 20)] == [Send, Ask, Send, Close]


def test_one_address_goes_to_one_of_two_newcomers_and_the_other_asks_whether_it_lives():
    gateway = two()
    gateway.open(3, 0)
    gateway.receive(2, activation(), 0)
    gateway.receive(3, activation(), 0)
    actions = gateway.tick(ALIVE_CHECK_MS)
    assert [(type(one), one.link) for one in actions] == [(Close, 1), (Send, 2), (Send, 2)]
    assert actions[1].data.hex() == ACTIVATED.format(tester="0e00", code="10")
    assert actions[2].data.hex() == "02fd000700000000"
    answer = gateway.receive(2, bytes.fromhex("02fd0008000000020e00"), ALIVE_CHECK_MS + 1)
    assert said(answer) == [ACTIVATED.format(tester="0e00", code="03"), "close"]
    assert gateway.occupancy == Occupancy(TESTERS_MAX, 1)


def full(newcomers: int) -> Gateway:
    """Sixty-four testers, and more that ask for a place."""
    gateway = Gateway()
    for link in range(1, TESTERS_MAX + newcomers + 1):
        gateway.open(link, 0)
        gateway.receive(link, activation(0x0E00 + link), 0)
    return gateway


def test_one_free_place_is_given_once():
    gateway = full(newcomers=2)
    for link in range(2, TESTERS_MAX + 1):
        gateway.receive(link, encode(2, Payload.ALIVE_RESPONSE, (0x0E00 + link).to_bytes(2)), 1)
    gateway.tick(ALIVE_CHECK_MS)
    assert gateway.occupancy == Occupancy(TESTERS_MAX, TESTERS_MAX)


def test_one_that_leaves_makes_a_place_and_nobody_else_has_to_go():
    gateway = full(newcomers=1)
    (activated,) = gateway.lose(5, 1)
    assert activated.data.hex() == ACTIVATED.format(tester="0e41", code="10")
    assert gateway.occupancy == Occupancy(TESTERS_MAX, TESTERS_MAX)
    assert gateway.tick(ALIVE_CHECK_MS) == []


def test_a_newcomer_that_says_too_much_too_soon_is_dropped():
    gateway = two()
    gateway.receive(2, activation(), 0)
    assert said(gateway.receive(2, bytes(70_000), 1)) == ["close"]
    assert gateway.tick(ALIVE_CHECK_MS) == []


def test_the_sixty_fifth_tester_takes_the_place_of_one_that_is_gone():
    gateway = Gateway()
    for link in range(1, TESTERS_MAX + 2):
        gateway.open(link, 0)
    for link in range(1, TESTERS_MAX + 1):
        gateway.receive(link, activation(0x0E00 + link), 0)
    checks = gateway.receive(TESTERS_MAX + 1, activation(0x0F00), 0)
    assert len(checks) == TESTERS_MAX
    for link in range(2, TESTERS_MAX + 1):
        assert gateway.receive(link, encode(2, Payload.ALIVE_RESPONSE, (0x0E00 + link).to_bytes(2)), 1) == []
    assert [type(one) for one in gateway.tick(ALIVE_CHECK_MS)] == [Close, Send]
    assert gateway.occupancy == Occupancy(TESTERS_MAX, TESTERS_MAX)


def test_the_sixty_fifth_tester_is_refused_where_all_live():
    gateway = Gateway()
    for link in range(1, TESTERS_MAX + 2):
        gateway.open(link, 0)
        actions = gateway.receive(link, activation(0x0E00 + link), 0)
    assert len(actions) == TESTERS_MAX
    for link in range(1, TESTERS_MAX + 1):
        actions = gateway.receive(link, encode(2, Payload.ALIVE_RESPONSE, (0x0E00 + link).to_bytes(2)), 1)
    assert said(actions) == [ACTIVATED.format(tester="0e41", code="01"), "close"]


def test_silence_ends_a_connection():
    gateway = Gateway()
    gateway.open(1, 0)
    gateway.open(2, 0)
    gateway.receive(2, activation(), 0)
    assert gateway.tick(INITIAL_INACTIVITY_MS - 1) == []
    assert [one.link for one in gateway.tick(INITIAL_INACTIVITY_MS)] == [1]
    assert gateway.tick(GENERAL_INACTIVITY_MS - 1) == []
    assert [one.link for one in gateway.tick(GENERAL_INACTIVITY_MS)] == [2]
    assert gateway.receive(2, b"late", GENERAL_INACTIVITY_MS) == []


# --- joined and split ---------------------------------------------------------------------------------------

MESSAGES = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=40).map(lambda data: encode_diagnostic(2, 0x0E00, 0x00E0, data)),
        st.just(activation()),
        st.just(encode(2, Payload.ALIVE_REQUEST, b"")),
        st.just(bytes.fromhex("02fd123400000003ffffff")),
    ),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(1, 30), max_size=60))
def test_however_a_stream_is_cut_it_says_the_same(messages, cuts):
    stream = b"".join(messages)
    whole, pieces = list(Reader().feed(stream)), []
    reader = Reader()
    for length in cuts:
        pieces += reader.feed(stream[:length])
        stream = stream[length:]
    pieces += reader.feed(stream)
    assert pieces == whole
    assert len(whole) == len(messages)


def test_a_message_too_large_is_passed_over_and_the_next_one_read():
    reader = Reader()
    huge = encode(2, Payload.DIAGNOSTIC, bytes(PAYLOAD_SIZE_MAX + 1))
    found = [one for at in range(0, len(huge), 1_000) for one in reader.feed(huge[at : at + 1_000])]
    found += reader.feed(encode(2, Payload.ALIVE_REQUEST, b""))
    assert found == [BadHeader(2, 2), Message(2, Payload.ALIVE_REQUEST, b"")]


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_whatever_comes_the_gateway_stands(pieces):
    """Any bytes: an answer of the standard, a closed connection, or nothing."""
    gateway = connected()
    gateway.open(2, 0)
    for number, piece in enumerate(pieces):
        for action in gateway.receive(number % 2 + 1, piece, number):
            assert isinstance(action, Send | Close | Ask)
        gateway.tick(number * 100)


@given(st.integers(0, 65_535), st.binary(max_size=20))
def test_whatever_is_in_a_message_the_gateway_stands(kind, payload):
    gateway = connected()
    header = struct.pack(">BBHI", 2, 0xFD, kind, len(payload))
    gateway.receive(1, header + payload, 0)
    gateway.receive(1, activation(), 0)


# --- datagrams ----------------------------------------------------------------------------------------------


def asked(text: str) -> str | None:
    answer = answer_datagram(bytes.fromhex(text), IDENTITY, FREE)
    return None if answer is None else answer.hex()


IDENTIFIED = "0004" + "00000020" + IDENTITY.vin.encode().hex() + "00e0" + "000000000001" * 2 + "00"


@pytest.mark.parametrize(
    ("datagram", "answer"),
    [
        ("02fd000100000000", "02fd" + IDENTIFIED),
        ("03fc000100000000", "03fc" + IDENTIFIED),
        ("ff00000100000000", "03fc" + IDENTIFIED),
        ("02fd000200000006000000000001", "02fd" + IDENTIFIED),
        ("02fd000200000006000000000002", None),
        ("02fd000300000011" + IDENTITY.vin.encode().hex(), "02fd" + IDENTIFIED),
        ("02fd000300000011" + b"SJNFAAN16U0123457".hex(), None),
        ("02fd400100000000", "02fd400200000007" + "01" + "40" + "03" + "00008004"),
        ("02fd400300000000", "02fd400400000001" + "01"),
        ("ff00400300000000", "03fc000000000001" + "00"),
        ("02fc000100000000", "02fd000000000001" + "00"),
        ("02fd800100000000", "02fd000000000001" + "01"),
        ("02fd999900000000", "02fd000000000001" + "01"),
        ("02fd000100000001" + "00", "02fd000000000001" + "04"),
        ("02fd000100000001", "02fd000000000001" + "04"),
        ("02fd000000000001" + "00", None),
        ("02fd000400000000", None),
        ("02fd0001", None),
        ("", None),
    ],
)
def test_datagrams(datagram, answer):
    assert asked(datagram) == answer


def test_a_unit_without_a_vin_says_zeros():
    answer = answer_datagram(bytes.fromhex("02fd000100000000"), Identity("", bytes(6)), FREE)
    assert answer[8:25] == bytes(17)


@given(st.binary(max_size=40))
def test_whatever_datagram_comes_it_is_answered_once_or_not(data):
    answer = answer_datagram(data, IDENTITY, FREE)
    assert answer is None or answer_datagram(answer, IDENTITY, FREE) is None
