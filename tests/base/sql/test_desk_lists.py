"""What the desk's pages list, on both databases: the requests for a radio, the audit page by page."""

from desks import SERIAL, Place, ask

from radiokey.base.sql.principals import Principal
from radiokey.base.units.search import Search


def test_a_number_leads_to_its_requests_the_newest_first(both, clock):
    place = Place(both, clock)
    desk = place.desk()
    older = ask(desk)
    clock.ms += 1
    newer = ask(desk)
    found = Search(both.store(Principal.DESK), clock).find_all(SERIAL, "cle")
    assert [line.id for line in found.requests] == [newer, older]
    assert [hit.card.serial for hit in found.units] == [SERIAL]


def test_the_audit_is_listed_newest_first_before_an_entry_and_by_subject(both, clock):
    desk = Place(both, clock).desk()
    one, two = ask(desk), ask(desk)
    desk.post_message(one, "cle", "Which year?")
    desk.post_message(one, "cle", "Which year?")  # the same form once more is nothing new
    with both.store(Principal.AUDITOR).snapshot() as seen:
        lines = seen.acts_before(1 << 62, 2)
        assert [(line.act, line.subject) for line in lines] == [
            ("request:message", one),
            ("request:open", two),
        ]
        assert [line.subject for line in seen.acts_before(lines[-1].id, 9)] == [one]
        assert [line.act for line in seen.acts_before(1 << 62, 9, one)] == ["request:message", "request:open"]
