"""ISO-TP frame by frame: long messages both ways, pauses and blocks as the tester asks, and frames that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.diagnostics.isotp import BURST, MESSAGE_MAX, TIMEOUT_US, Channel

CLEAR = "300000"
LONG = bytes(range(1, 31))
"""A message of five frames."""


def frames(channel: Channel, now_us: int = 0) -> list[str]:
    return [frame.hex() for frame in channel.take_frames(now_us)]


def complete(channel: Channel, *given_: str, now_us: int = 0) -> list[bytes]:
    """Return the messages that these frames complete."""
    said = [channel.receive(bytes.fromhex(frame), now_us) for frame in given_]
    return [message for message in said if message is not None]


def waiting(message: bytes = LONG) -> Channel:
    """A channel whose first frame went out."""
    channel = Channel()
    channel.send(message)
    assert len(frames(channel)) == 1
    return channel


# --- coming in ----------------------------------------------------------------------------------------------


def test_a_short_message_is_one_frame_and_what_fills_it_up_is_cut():
    assert complete(Channel(), "0322f190", "0322f190cccccccc", "07010203040506ff") == [
        b"\x22\xf1\x90",
        b"\x22\xf1\x90",
        bytes((1, 2, 3, 4, 5, 6, 255)),
    ]


def test_a_long_message_is_asked_for_at_once_and_whole():
    channel = Channel()
    assert complete(channel, "100a010203040506") == []
    assert frames(channel) == [CLEAR]
    assert complete(channel, "21070809aa00") == [bytes((1, 2, 3, 4, 5, 6, 7, 8, 9, 0xAA))]
    assert complete(channel, "2201") == []


NONE = [
    "",
    "00",
    "08",
    "0322f1",
    "0f" + "00" * 7,
    "1000",
    "100a0102",
    "10070102030405 06",
    "2101",
    "300000",
    "40",
    "ff",
]


@pytest.mark.parametrize("frame", NONE)
def test_a_frame_that_is_none_changes_nothing(frame):
    """Neither where nothing comes in nor where a message goes out."""
    channel = Channel()
    assert complete(channel, frame) == []
    assert (frames(channel), channel.due_us) == ([], None)
    channel = waiting()
    if not frame.startswith("30"):
        assert complete(channel, frame) == []
        assert (frames(channel), channel.due_us) == ([], TIMEOUT_US)


@pytest.mark.parametrize(
    ("then", "completes"),
    [
        (["2207080910111213"], []),  # one was lost
        (["2107080910111213", "2107080910111213"], []),  # one came twice
        (["21070809"], []),  # bytes are missing
        (["023e00", "2107080910111213", "22141516"], [b"\x3e\x00"]),
        (["1008aabbccddeeff", "2101ff"], [bytes.fromhex("aabbccddeeff01ff")]),
        (["1000000010000102", "2107080910111213", "22141516"], []),
    ],
)
def test_a_long_message_that_goes_wrong_ends_and_the_next_is_heard(then, completes):
    channel = Channel()
    assert complete(channel, "1010010203040506", *then) == completes
    assert complete(channel, "22141516") == []
    assert complete(channel, "023e00") == [b"\x3e\x00"]


def test_a_message_of_more_than_fits_is_refused_at_once():
    channel = Channel()
    assert complete(channel, "1000000010000102") == []
    assert frames(channel) == ["320000"]


def test_a_frame_that_comes_late_ends_its_message():
    for late, completes in ((TIMEOUT_US, [bytes(range(8))]), (TIMEOUT_US + 1, [])):
        channel = Channel()
        complete(channel, "1008000102030405")
        assert complete(channel, "210607", now_us=late) == completes


# --- going out ----------------------------------------------------------------------------------------------


def test_a_long_message_goes_out_once_it_is_asked_for():
    channel = waiting()
    assert frames(channel) == []
    complete(channel, CLEAR)
    assert frames(channel) == [
        "21" + LONG[6:13].hex(),
        "22" + LONG[13:20].hex(),
        "23" + LONG[20:27].hex(),
        "241c1d1e",
    ]
    assert channel.due_us is None


def test_blocks_are_as_long_as_the_tester_asks():
    channel = waiting()
    for part in (2, 1, 1):
        complete(channel, f"30{part:02x}00")
        assert len(frames(channel)) == part
    assert channel.due_us is None


@pytest.mark.parametrize(
    ("said", "pause_us"),
    [
        (0x01, 1_000),
        (0x7F, 127_000),
        (0x80, 127_000),
        (0xF0, 127_000),
        (0xF1, 100),
        (0xF9, 900),
        (0xFA, 127_000),
    ],
)
def test_pauses_are_as_long_as_the_tester_asks(said, pause_us):
    """What is reserved is the longest."""
    channel = waiting()
    complete(channel, f"3000{said:02x}", now_us=50)
    sent = [len(frames(channel, at)) for at in (50, 49 + pause_us, 50 + pause_us, 50 + pause_us)]
    assert sent == [1, 0, 1, 0]
    assert channel.due_us == 50 + 2 * pause_us


def test_a_tester_that_asks_to_wait_is_waited_for():
    channel = waiting()
    complete(channel, "310000", now_us=900_000)
    assert channel.due_us == 900_000 + TIMEOUT_US
    complete(channel, CLEAR, now_us=1_800_000)
    assert len(frames(channel, 1_800_000)) == 4


@pytest.mark.parametrize("end", ["320000", "330000", "3f0000"])
def test_a_tester_that_cannot_take_it_gets_the_next(end):
    channel = waiting()
    channel.send(b"\x7e\x00")
    complete(channel, end)
    assert frames(channel) == ["027e00"]


def test_a_message_that_nobody_asks_for_gives_way_to_the_next():
    channel = waiting()
    channel.send(b"\x7e\x00")
    assert frames(channel, TIMEOUT_US) == []
    assert channel.unsent == 1
    assert frames(channel, TIMEOUT_US + 1) == ["027e00"]
    complete(channel, CLEAR)
    assert frames(channel, TIMEOUT_US + 1) == []


def test_flow_control_that_comes_late_or_short_is_none():
    channel = waiting()
    complete(channel, "3000")
    complete(channel, CLEAR, now_us=TIMEOUT_US + 1)
    assert frames(channel, TIMEOUT_US) == []


def test_the_bus_is_looked_at_between_bursts():
    channel = waiting(bytes(MESSAGE_MAX))
    complete(channel, CLEAR)
    counts = []
    while channel.due_us is not None:
        counts.append(len(frames(channel)))
    assert sum(counts) == -(-(MESSAGE_MAX - 6) // 7)
    assert set(counts[:-1]) == {BURST}


# --- both ---------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=4), st.sampled_from([0, 1, 3, 8, 255]))
def test_what_one_end_sends_the_other_hears(messages, block):
    """In order, whatever the block size; the numbers of the frames run over their end."""
    one, other, heard, now_us = Channel(), Channel(), [], 0
    for message in messages:
        one.send(message)
    while going := one.take_frames(now_us):
        heard += [message for frame in going if (message := other.receive(frame, now_us)) is not None]
        asked = other.take_frames(now_us) or [
            b"\x30\0\0"
        ]  # where its own flow control is spent, the next block
        for frame in asked:
            one.receive(bytes((frame[0], block, 0)), now_us)
    assert heard == messages


@given(st.lists(st.tuples(st.binary(max_size=8), st.integers(0, 2_000_000)), max_size=40))
def test_whatever_comes_the_channel_stands(came):
    """Any frames at any time: messages and frames of the right length, and never an endless answer."""
    channel, now_us = Channel(), 0
    channel.send(LONG)
    for frame, later_us in came:
        now_us += later_us
        message = channel.receive(frame, now_us)
        assert message is None or 0 < len(message) <= MESSAGE_MAX
        going = channel.take_frames(now_us)
        assert len(going) <= BURST + 2
        assert all(0 < len(one) <= 8 for one in going)
