"""The alerts and the dashboard for those who run a base: of metrics that a site has, and each alert tried by promtool."""

import importlib
import json
import re
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hosted import BP, BP_MODEL, OTHER_CAR

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs" / "how-to"
RULES = yaml.safe_load((HOW_TO / "prometheus-rules.yml").read_text("utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
CASES = yaml.safe_load((Path(__file__).parent / "prometheus-rules-test.yml").read_text("utf-8"))
DASHBOARD = json.loads((HOW_TO / "grafana-dashboard.json").read_text("utf-8"))
PANELS = DASHBOARD["panels"]
EXPRESSIONS = {
    f"{panel['title']}, {one['refId']}": one["expr"] for panel in PANELS for one in panel["targets"]
}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
GIVEN = {"job", "instance", "le"}
"""Labels that Prometheus gives, and that of a bucket."""


@pytest.fixture
def promtool(monkeypatch):
    """Run promtool; return its status and what it printed."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    program = importlib.import_module("prometheus").find()
    assert program, "these tests need promtool: install it (python tools/prometheus.py does, on Debian)"

    def run(*arguments):
        ran = subprocess.run(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return ran.returncode, ran.stdout

    return run


def written(file, document):
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def test_the_rules_and_the_configuration_are_as_prometheus_wants_them(promtool, tmp_path):
    (tmp_path / "token").write_text("token")
    (tmp_path / "prometheus-rules.yml").write_bytes((HOW_TO / "prometheus-rules.yml").read_bytes())
    config = (HOW_TO / "prometheus.yml").read_text("utf-8")
    place = "/etc/prometheus/radiokey.token"
    assert config.count(place) == 1
    (tmp_path / "prometheus.yml").write_text(config.replace(place, str(tmp_path / "token")))
    status, said = promtool("check", "config", "--lint-fatal", tmp_path / "prometheus.yml")
    assert status == 0, said
    assert f"{len(ALERTS)} rules found" in said


def test_each_alert_fires_when_it_should_and_is_silent_when_it_should_not(promtool, tmp_path):
    """And a rule that never fires, always does, or does not wait turns its case red."""
    broken = {}
    for name, rule in ALERTS.items():
        changes = {"never": {"expr": "vector(0) > 1"}, "always": {"expr": "vector(1)"}}
        if "for" in rule:
            changes["hasty"] = {"for": "0s"}
        tests = [
            case for case in CASES["tests"] if name in {one["alertname"] for one in case["alert_rule_test"]}
        ]
        for change, new in changes.items():
            rules = written(
                tmp_path / f"{name}-{change}.yml", {"groups": [{"name": "one", "rules": [rule | new]}]}
            )
            broken[f"{name}-{change}-test.yml"] = CASES | {"rule_files": [rules.name], "tests": tests}
    written(tmp_path / CASES["rule_files"][0], RULES)
    status, said = promtool("test", "rules", written(tmp_path / "whole-test.yml", CASES))
    assert status == 0, said
    status, said = promtool("test", "rules", *[written(tmp_path / name, one) for name, one in broken.items()])
    assert status == 1
    told = re.findall(r"^Unit Testing:  (?:.*/)?(\S+)\n  (\w+)", said, re.MULTILINE)
    assert told == [(name, "FAILED") for name in broken]


def test_each_alert_is_on_the_page_with_its_severity():
    page = (HOW_TO / "operate.md").read_text("utf-8")
    told = re.findall(r"^\| `(Radiokey\w+)` \| (\w+) \|", page, re.MULTILINE)
    assert told == [(name, rule["labels"]["severity"]) for name, rule in ALERTS.items()]
    assert all(rule["annotations"].keys() == {"summary", "action"} for rule in ALERTS.values())


def used(expressions):
    return {name for one in expressions for name in re.findall(r"\bradiokey_\w+", one)}


def samples_of(api):
    """Return the types of what a site exposes, and each sample's name with its labels."""
    api.add_unit()
    token = api.token()
    api.release(token, "a")
    for number in range(21):
        api.release(token, f"k{number}", serial=BP, model=BP_MODEL, vin=OTHER_CAR)
    api.at.address = "127.0.0.1"
    text = api.client.get("/metrics").text
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    rows = re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE)
    return kinds, [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels))) for name, labels in rows]


def test_what_they_name_is_what_a_site_exposes_and_all_of_that_is_drawn(api):
    kinds, samples = samples_of(api)
    exposed = {name + end: name for name, kind in kinds.items() for end in SUFFIXES.get(kind, ("",))}
    rules = [rule["expr"] for rule in ALERTS.values()]
    assert used(rules) | used(EXPRESSIONS.values()) <= exposed.keys()
    drawn = {exposed[name] for name in used(EXPRESSIONS.values())}
    excused = {
        name for name in kinds if name.endswith("_created")
    }  # when a counter began: rate() sees that itself
    assert drawn == kinds.keys() - excused
    for expression in (*rules, *EXPRESSIONS.values()):
        names = used([expression])
        labels = [found for name, found in samples if name in names]
        known = GIVEN.union(*labels)
        for by in re.findall(r"\bby \(([^)]*)\)", expression):
            assert {*re.split(r",\s*", by)} <= known, expression
        for selector in re.findall(r"\bradiokey_\w+\{([^}]*)\}", expression):
            for label, operator, value in re.findall(r'(\w+)(=~|=)"([^"]*)"', selector):
                assert label in known, expression
                assert operator == "=~" or value in {one.get(label) for one in labels}, expression


def test_the_dashboard_can_be_imported_and_each_panel_asks_what_prometheus_understands(promtool, tmp_path):
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]
    assert DASHBOARD.keys() & {"id", "__inputs"} == set(), "a number of somebody's own Grafana"
    assert [panel["id"] for panel in PANELS] == [*range(1, len(PANELS) + 1)]
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"]
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        for asked in (panel, *panel["targets"]):
            assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({one["refId"] for one in panel["targets"]}) == len(panel["targets"])
    for one, other in combinations([panel["gridPos"] for panel in PANELS], 2):
        apart = [
            one[at] + one[size] <= other[at] or other[at] + other[size] <= one[at]
            for at, size in ("xw", "yh")
        ]
        assert any(apart)
    plain = [one.replace("$__rate_interval", "5m").replace("$instance", ".*") for one in EXPRESSIONS.values()]
    assert not any("$" in one for one in plain)
    records = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(plain)]
    status, said = promtool(
        "check", "rules", written(tmp_path / "panels.yml", {"groups": [{"name": "all", "rules": records}]})
    )
    assert status == 0, said
    assert f"{len(EXPRESSIONS)} rules found" in said
