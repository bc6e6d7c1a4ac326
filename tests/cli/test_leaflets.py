"""`radiokey prevention` and `radiokey reminder`."""

from icalendar import Calendar


def test_the_checklist_says_how_sure_each_fact_is(cli):
    said = cli("prevention", "renault_86a").out
    assert said.startswith("Before the battery is disconnected\nRenault CD radio")
    assert "(from the maker's manual)" in said


def test_as_a_document_each_line_has_its_sources(cli):
    document = cli("prevention", "renault_86a", "--hand-over", "--json").document
    assert document["model"] == "renault_86a"
    assert document["parts"][0]["lines"][0] == {
        "text": "Registration: ____________________",
        "confidence": None,
        "sources": [],
    }


def test_a_reminder_is_a_calendar_file_on_stdout(cli):
    said = cli("reminder", "update", "--every", "3").out
    (found,) = Calendar.from_ical(said).walk("VEVENT")
    assert found["rrule"]["INTERVAL"] == [3]


def test_a_battery_without_its_month_is_wrong_use(cli):
    ran = cli("reminder", "battery")
    assert (ran.code, ran.out) == (64, "")
    assert "such as 2024-10" in ran.err


def test_the_ends_are_listed_and_each_says_what_it_costs_or_that_nobody_knows(cli):
    listed = cli("ends").out.splitlines()
    assert [line.split()[0] for line in listed] == [row["end"] for row in cli("ends", "--json").document]
    said = cli("ends", "permanent", "ford_6000cd").out
    assert "LOCKED 13" in said
    assert "Cost: not known" in said
    assert "The freezer:" in said
    ways = cli("ends", "permanent", "--json").document["parts"][1]["ways"]
    assert {way["cost"] for way in ways} > {None}


def test_a_used_unit_is_judged(cli):
    assert "only with it" in cli("used", "renault_86a").out
    assert "Take it for paired" in cli("used").out


def test_the_questions_are_answered(cli):
    assert "Hold key 6" in cli("questions", "renault_86a").out
    parts = cli("questions", "--json").document["parts"]
    assert parts[0]["step"] == "faq-wait"
