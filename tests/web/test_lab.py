"""The lab as a page: by pattern, without JavaScript, for the numbers of codes that there are to choose."""

import re
from xml.etree import ElementTree as ET

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.lab.load import patterns


def test_the_page_has_every_kind_with_its_source_and_no_product(visitor):
    page = visitor.get("/lab").text
    for number, pattern in enumerate(patterns().values(), start=1):
        assert f">{number}. {pattern.name}</th>" in page
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).lower()
    for make in {make for model in load_catalogue().models.values() for make in model.makes}:
        assert not re.search(rf"\b{re.escape(make.lower())}\b", text), make
    assert "nobody has measured it" in text
    assert re.findall(r'<script(?:[^>]* src="/static/([a-z]+))?', page) == ["offline"], "what every page has"


@pytest.mark.parametrize(("codes", "share"), [("", "0.03 %"), ("1296", "0.23 %"), ("100000", "0.003 %")])
def test_fewer_codes_are_easier(visitor, codes, share):
    page = visitor.get(f"/lab?codes={codes}").text
    assert f'two growing waits, then dead</th><td role="cell" data-head="Thief">{share}</td>' in page


def test_a_number_of_codes_that_is_not_offered_is_refused(visitor):
    for codes in ("7", "-1", "many", "1000000000000"):
        assert visitor.get(f"/lab?codes={codes}").status_code == 400
        assert visitor.get(f"/lab/costs.svg?codes={codes}").status_code == 400


def test_the_picture_is_of_the_codes_that_were_chosen_and_brings_no_script(visitor):
    page = visitor.get("/lab?codes=1296").text
    address = re.search(r'<img class="costs" src="(/lab/costs\.svg[^"]+)"', page)[1].replace("&amp;", "&")
    answer = visitor.get(address)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    picture = ET.fromstring(answer.text)  # noqa: S314 - drawn here
    said = picture.find("{http://www.w3.org/2000/svg}desc").text
    assert "two growing waits, then dead: 0.23 % of the codes" in said
    names = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "17" in names  # of the list below it: on a phone there is no room for names
    assert "two growing waits, then dead" not in names
    named = visitor.get(re.search(r'<a href="(/lab/costs\.svg[^"]+)"', page)[1]).text
    assert ">two growing waits, then dead" in named


def test_the_kinds_are_said_in_russian_too(visitor):
    page = visitor.get("/lab", headers={"Accept-Language": "ru"}).text
    assert "три попытки в час" in page
    assert "three tries an hour" not in page
