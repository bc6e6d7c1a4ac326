"""Addresses as people type them."""

import pytest

from radiokey.cli.served.addresses import parse_address, parse_gateway
from radiokey.errors import UsageError


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:13400", ("127.0.0.1", 13400)), ("[::1]:0", ("::1", 0)), ("localhost:1", ("localhost", 1))],
)
def test_addresses_of_this_machine(text, address):
    assert parse_address(text, reachable=False) == address
    assert parse_address("0.0.0.0:1", reachable=True) == ("0.0.0.0", 1)  # noqa: S104 - that is what is asked


@pytest.mark.parametrize("port", ["", "-1", "65536", "1_0", " 1", "\u0661\u0662", "9" * 5_000])
def test_a_port_is_a_number_that_a_port_can_be(port):
    """Digits of another script were taken, and a port of 5,000 digits ended the program."""
    with pytest.raises(UsageError, match="an address is HOST:PORT"):
        parse_address(f"127.0.0.1:{port}", reachable=False)
    with pytest.raises(UsageError, match="no address of a car's gateway"):
        parse_gateway(f"doip://127.0.0.1:{port}")


def test_a_gateway_is_found_at_a_port_of_its_own():
    assert parse_gateway("doip://[::1]:13401") == ("::1", 13401)
    for other in ("127.0.0.1:13401", "doip://127.0.0.1:0", "doip://:1", "doip://127.0.0.1"):
        with pytest.raises(UsageError, match="no address of a car's gateway"):
            parse_gateway(other)
