"""How `radiokey serve` is told where mails go: all of it or nothing, and never a password in an argument."""

import pytest

FROM, SITE = ("--mail-from", "desk@example.org"), ("--site", "https://codes.example.org")
SMTP = ("--smtp", "smtp://127.0.0.1:2525")


@pytest.mark.parametrize("given", [SMTP, FROM, SMTP + FROM, SMTP + SITE, FROM + SITE], ids=lambda one: one[0])
def test_half_of_a_way_for_mails_is_refused(cli, given):
    cli("serve", *given).refused(64, "--smtp, --mail-from and --site")


def test_a_password_in_an_argument_is_refused_and_not_repeated(cli):
    ran = cli("serve", "--smtp", "smtp://desk:QZXJKVWY@127.0.0.1", *FROM, *SITE)
    ran.refused(64, "RADIOKEY_SMTP_PASSWORD")
    assert "QZXJKVWY" not in ran.err


def test_links_in_mails_lead_to_a_site_with_tls(cli):
    cli("serve", *SMTP, *FROM, "--site", "http://codes.example.org").refused(64, "https")
