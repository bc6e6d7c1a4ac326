"""Where to look: what costs nothing first, the screwdriver last and only for who has used one."""

from radiokey.serial.places import COPYING, PLACES


def test_papers_come_first_and_removal_last():
    """Claims 33, 34 and 83."""
    assert [place.kind for place in PLACES] == ["papers", "keys", "menu", "sticker"]


def test_only_removal_asks_for_experience():
    """Claim 34: no taking apart without experience."""
    assert [bool(place.question) for place in PLACES] == [False, False, False, True]


def test_nobody_is_told_to_enter_wrong_codes_to_see_the_number():
    """A seller's tip that costs the three attempts it needs."""
    keys = next(place for place in PLACES if place.kind == "keys")
    assert "wrong codes" in keys.care
    assert keys.only_if


def test_a_locked_radio_is_known_to_show_no_menu():
    """Claim 31 against claim 83."""
    menu = next(place for place in PLACES if place.kind == "menu")
    assert "unlocked" in menu.only_if


def test_copying_names_the_four_pairs():
    """Claim 68."""
    for pair in ("O and 0", "I and 1", "B and 8", "S and 5", "part number", "date"):
        assert pair in COPYING
