"""Bech32, against the vectors of BIP 173."""

import pytest

from radiokey.vault.bech32 import decode


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("A12UEL5L", "a"),
        ("a12uel5l", "a"),
        ("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
         "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio"),
        ("?1ezyfcl", "?"),
    ],
)  # fmt: skip
def test_what_is_valid_is_read(text, prefix):
    assert decode(text) == (prefix, b"")


def test_its_data_are_read():
    prefix, data = decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")
    words = "".join(f"{word:05b}" for word in range(32))
    assert (prefix, data) == ("abcdef", int(words, 2).to_bytes(20, "big"))


@pytest.mark.parametrize(
    "text",
    [
        "A12uEL5L", "a12uel5m", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8",
        "10a06t8", "1qzzfhee", "", "1", "a1",
        "age1rr7yzwk", "age1qpu0j2ex",
    ],
)  # fmt: skip
def test_what_is_not_is_refused(text):
    """The last two have right check characters, and bits that make no byte."""
    with pytest.raises(ValueError, match=r"Bech32|mixed|check characters|left over|substring"):
        decode(text)
