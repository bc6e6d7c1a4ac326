"""A reader of print that knows the characters of labels alone: 12 MB instead of 21, and as right.

The network knows 18,708 characters, most of them Chinese, and its last layer, 120 numbers for each, is 9 MB
of its file. What labels print is 84 of them, and of all scores nothing is used but the shares among those: a
softmax over fewer numbers gives just these. So the columns of the others are left out of the file (ONNX, a
Protocol Buffers message; field numbers are those of onnx.proto3), before it is loaded here or on a phone.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

PRINTED: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-/.,:;*+()#&=|'_<>%!? "
"""What labels print. The blank is last, as the networks have it."""

_GRAPH, _METADATA = 7, 14
_WEIGHTS, _VALUES, _OUTPUT = 5, 13, 12
_DIMENSION, _NAME, _RAW = 1, 8, 9
_KEY, _VALUE = 1, 2
_OUTPUT_NAME: Final = 1
_FLOAT: Final = 4

_Field: TypeAlias = tuple[int, int | memoryview, memoryview]
"""Its number, its value (a whole number, or bytes), and all of it as it is written."""


def narrowed(model: bytes) -> bytes:
    """Return the network without the characters that labels do not print.

    One that is built otherwise is returned as it is: it reads the same, and takes longer.
    """
    fields = list(_fields(memoryview(model)))
    known = _characters(value for number, value, _ in fields if number == _METADATA)
    places = [known.index(character) for character in ("", *PRINTED) if character in known]
    if not places or len(places) == len(known):
        return model
    out = bytearray()
    for number, value, written in fields:
        if number == _GRAPH and isinstance(value, memoryview):
            out += _field(_GRAPH, _graph(value, len(known), places))
        elif number == _METADATA and _key_and_value(value)[0] == b"character":
            lines = "\n".join(known[place] for place in places[1:-1])
            out += _field(_METADATA, _field(_KEY, b"character") + _field(_VALUE, f"{lines}\n".encode()))
        else:
            out += written
    return bytes(out)


def _graph(graph: memoryview, width: int, places: list[int]) -> bytes:
    """Return a graph whose last layer has these columns of so many. Shapes of values are only a comment."""
    out = bytearray()
    for number, value, written in _fields(graph):
        if number == _WEIGHTS and isinstance(value, memoryview):
            out += _field(_WEIGHTS, _tensor(value, width, places))
        elif number == _OUTPUT and isinstance(value, memoryview):
            out += _field(_OUTPUT, _shapeless(value))
        elif number != _VALUES:
            out += written
    return bytes(out)


def _tensor(tensor: memoryview, width: int, places: list[int]) -> bytes:
    fields = list(_fields(tensor))
    sides = [side for number, value, _ in fields if number == _DIMENSION for side in _whole_numbers(value)]
    raw = next(
        (value for number, value, _ in fields if number == _RAW and isinstance(value, memoryview)), None
    )
    if not sides or sides[-1] != width or raw is None or len(raw) % (width * _FLOAT):
        return bytes(tensor)
    kept = b"".join(
        raw[(row + place) * _FLOAT : (row + place + 1) * _FLOAT]
        for row in range(0, len(raw) // _FLOAT, width)
        for place in places
    )
    rest = b"".join(written for number, _, written in fields if number not in {_DIMENSION, _RAW})
    shape = b"".join(_varint(_DIMENSION << 3) + _varint(side) for side in (*sides[:-1], len(places)))
    return shape + rest + _field(_RAW, kept)


def _shapeless(output: memoryview) -> bytes:
    """Return an output of floats (TensorProto.FLOAT) of any shape."""
    name = b"".join(written for number, _, written in _fields(output) if number == _OUTPUT_NAME)
    floats = _field(1, b"\x08\x01")
    return name + _field(2, floats)


def _characters(metadata: Iterable[int | memoryview]) -> tuple[str, ...]:
    """Return the characters by their places: none, those that the file lists, and the blank."""
    for key, text in map(_key_and_value, metadata):
        if key == b"character":
            return ("", *text.decode().splitlines(), " ")
    return ()


def _key_and_value(entry: int | memoryview) -> tuple[bytes, bytes]:
    if isinstance(entry, int):
        return b"", b""
    known = {number: bytes(value) for number, value, _ in _fields(entry)}
    return known.get(_KEY, b""), known.get(_VALUE, b"")


# --- Protocol Buffers -------------------------------------------------------------------------------------


def _fields(message: memoryview) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        begins = at
        tag, at = _read_varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _read_varint(message, at)
            yield number, value, message[begins:at]
            continue
        if wire == 2:  # noqa: PLR2004 - bytes, with their length before them
            length, at = _read_varint(message, at)
        else:
            length = {1: 8, 5: 4}[wire]
        yield number, message[at : at + length], message[begins : at + length]
        at += length


def _whole_numbers(value: int | memoryview) -> Iterable[int]:
    """Return the numbers of a repeated field, which may be packed."""
    if isinstance(value, int):
        return (value,)
    found, at = [], 0
    while at < len(value):
        one, at = _read_varint(value, at)
        found.append(one)
    return found


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the last of it
            return value, at


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content
