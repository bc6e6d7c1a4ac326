"""Waits that real owners met, as the command line and the site's page say them."""

from html import unescape


def test_the_wait_of_a_real_owner_is_that_of_the_command_line(cli, wait):
    document = cli("wait", wait.had["model"], "--errors", wait.had["wait"], "--json").document
    found = {"minutes": f"{document['minutes'][0]:g}", "clock": document["clock_needs"]}
    assert found == {name: wait.right[name] for name in found}
    assert document["final"] is False


def test_the_wait_of_a_real_owner_is_that_of_the_page(site, wait):
    shown = site.get("/waiting", params={"model": wait.had["model"], "errors": wait.had["wait"]})
    assert shown.status_code == 200
    assert wait.right["says"] in unescape(shown.text)
