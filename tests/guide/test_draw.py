"""The picture of the road is drawn from the table; a stale one is red."""

from pathlib import Path

from radiokey.guide.draw import document, picture
from radiokey.guide.proof import arrows

PAGE = Path(__file__).parents[2] / "docs" / "guide.md"


def test_the_page_is_what_the_table_says_today(guide):
    stale = "run: python -m radiokey.guide.draw > docs/guide.md"
    assert PAGE.read_text(encoding="utf-8") == document(guide), stale


def test_every_step_and_every_arrow_is_in_the_picture(guide):
    drawn = picture(guide)
    for step in guide.steps:
        assert f"    {step}" in drawn
    for arrow in arrows(guide):
        assert f"  {arrow.start} -- " in drawn
        assert f"--> {arrow.to}" in drawn


def test_every_word_and_every_warning_is_documented(guide):
    page = document(guide)
    for row in guide.words:
        assert all(f"`{says}`" in page for says in row.says)
    assert all(text in page for text in guide.warnings.values())
