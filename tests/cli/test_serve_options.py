"""How `radiokey serve` is told where mails go: all of it or nothing, and never a password in an argument."""

import socket

import pytest
from sqlite_base import fresh

FROM, SITE = ("--mail-from", "desk@example.org"), ("--site", "https://codes.example.org")
SMTP = ("--smtp", "smtp://127.0.0.1:2525")


@pytest.mark.parametrize("given", [SMTP, FROM, SMTP + FROM, SMTP + SITE, FROM + SITE], ids=lambda one: one[0])
def test_half_of_a_way_for_mails_is_refused(cli, given):
    cli("serve", *given).refused(64, "--smtp, --mail-from and --site")


def test_a_password_in_an_argument_is_refused_and_not_repeated(cli):
    ran = cli("serve", "--smtp", "smtp://desk:QZXJKVWY@127.0.0.1", *FROM, *SITE)
    ran.refused(64, "RADIOKEY_SMTP_PASSWORD")
    assert "QZXJKVWY" not in ran.err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_site_for_others_on_this_machine_alone_says_what_it_is_reached_through(cli, tmp_path, host):
    """It would answer 400 to all of them; and would it answer, strangers would pass for this machine."""
    place = ("--database", tmp_path / "base.sqlite3", "--port", "0")
    ran = cli("serve", "--host", host, *SITE, *place)
    ran.refused(64, "https://codes.example.org is reached through something that forwards")
    assert "--proxy 127.0.0.1" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "site", ["codes.example.org", "http://codes.example.org", "https://codes.example.org/x", "https://["]
)
def test_how_people_open_it_is_an_address(cli, tmp_path, site):
    cli("serve", "--site", site, "--proxy", "127.0.0.1", "--database", tmp_path / "base.sqlite3").refused(
        64, "the site has an address with https"
    )


def test_links_in_mails_lead_to_a_site_with_tls(cli):
    cli("serve", *SMTP, *FROM, "--site", "http://codes.example.org").refused(64, "https")


@pytest.mark.parametrize(
    "given", ["8001", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:8001", "a b:1", ":1"]
)
def test_the_probes_have_an_address_and_a_port(cli, given):
    cli("serve", "--probes", given).refused(64, "the probes have an address and a port")


def test_the_probes_have_an_address_that_can_be_listened_on(cli, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = cli(
            *("serve", "--port", "0", "--probes", f"127.0.0.1:{port}"),
            *("--database", fresh(tmp_path / "base.sqlite3")),
        )
    ran.refused(64, f"cannot listen on 127.0.0.1, port {port}")
