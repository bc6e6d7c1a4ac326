"""What is not documented does not exist: slugs, routes, commands, options, fields, words, links, examples."""

import importlib.util
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sqlite_base import fresh

from radiokey.base.bootstrap import open_base
from radiokey.base.identity.roles import Permission
from radiokey.catalogue.load import load_catalogue
from radiokey.cli.commands import app
from radiokey.cli.main import EXIT_CODES, INTERRUPTED, exit_code
from radiokey.errors import RadiokeyError
from radiokey.web.app import create_app
from radiokey.web.http.problems import status_of, types
from tables import each

ROOT = Path(__file__).parents[1]
GENERATED = re.compile(r"(^|/)(\.[^/]+|build|dist|node_modules|__pycache__)/")
CLI = (ROOT / "docs" / "cli.md").read_text("utf-8")
ERRORS = (ROOT / "docs" / "errors.md").read_text("utf-8")
SITE = (ROOT / "docs" / "site.md").read_text("utf-8")
API = (ROOT / "docs" / "spec" / "api.md").read_text("utf-8")
DUSTER = "281155216RT V212"


def pages() -> list[Path]:
    names = (file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*.md"))
    return [ROOT / name for name in sorted(names) if not GENERATED.search(name)]


# --- errors -----------------------------------------------------------------------------------------------


def tree(kind: type[RadiokeyError] = RadiokeyError) -> Iterator[type[RadiokeyError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def test_every_slug_is_documented_with_its_exit_code_and_its_status():
    rows = re.findall(r"^\| \*?`([a-z-]+)`\*? \| (\d+) \| (\d+) \| (.+) \| (.+) \|$", ERRORS, re.MULTILINE)
    said = {slug: (int(code), int(status)) for slug, code, status, _, _ in rows}
    assert said == {kind.slug: (exit_code(kind("x")), status_of(kind("x"))) for kind in tree()}
    assert len(rows) == len(said), "a slug stands there once"


def test_the_branches_are_marked():
    marked = set(re.findall(r"^\| \*`([a-z-]+)`\*", ERRORS, re.MULTILINE))
    assert marked == {kind.slug for kind in (RadiokeyError, *EXIT_CODES)}


def test_two_errors_never_share_a_slug():
    slugs = [kind.slug for kind in tree()]
    assert len(slugs) == len(set(slugs))


# --- routes -----------------------------------------------------------------------------------------------


def test_every_route_is_documented(tmp_path):
    site = create_app(tmp_path / "base.sqlite3", secret=bytes(32))
    site.state.site.base.close()
    routes = {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path_format)}"
        for route in site.routes
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }
    assert set(re.findall(r"^\| `([A-Z]+ /\S*)` \| \S", SITE + API, re.MULTILINE)) == routes


def test_every_permission_is_documented():
    said = re.findall(r"^\| `([a-z]+:[a-z]+)` \| \S", API, re.MULTILINE)
    assert said == list(Permission)


def test_every_type_of_problem_is_documented():
    rows = re.findall(r"^\| \*?`([a-z-]+)`\*? \|(?: \d+ \|)? (\d+) \| \S", ERRORS + API, re.MULTILINE)
    said = {f"/api/problems#{slug}": int(status) for slug, status in rows if slug != RadiokeyError.slug}
    assert said == {kind.type: kind.status for kind in types()}


# --- the command line -------------------------------------------------------------------------------------


def command_tree() -> dict[str, list[str]]:
    """Return every command with its long options."""
    found = {}

    def look(command, name):
        if not isinstance(command, click.Group):
            found[name] = [option for one in command.params for option in one.opts if option.startswith("--")]
            return
        context = click.Context(command)
        for child in command.list_commands(context):
            look(command.get_command(context, child), f"{name} {child}")

    look(app, "radiokey")
    return found


def sections() -> dict[str, str]:
    """Return the parts of the page about commands, by heading; the part before them under the empty one."""
    parts = re.split(r"^## (.+)$", CLI, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def section(command: str) -> str:
    """Return what is said of a command: under its own heading or under that of its noun."""
    fitting = [head for head in sections() if head and re.sub(r"[A-Z.]+", "", head).strip() in command]
    assert fitting, f"docs/cli.md has no heading for {command}"
    return sections()[max(fitting, key=len)]


@each("command", sorted(command_tree()))
def test_every_command_and_every_option_is_documented(command):
    said = section(command)
    assert f"`{command.split()[-1]}" in said or command in said or f"## {command}" in CLI
    for option in command_tree()[command]:
        if option != "--help":
            assert f"`{option}" in said, f"{option} of {command}"


def test_no_option_is_documented_that_does_not_exist():
    known = {option for options in command_tree().values() for option in options} | {"--help", "--version"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", CLI)) <= known


def test_every_exit_code_is_documented():
    said = {int(code) for code in re.findall(r"^\| (\d+) \|", sections()[""], re.MULTILINE)}
    assert said == {0, *EXIT_CODES.values(), INTERRUPTED}


@pytest.mark.parametrize(
    "arguments",
    [
        "models",
        f"serial check '{DUSTER}'",
        f"code '{DUSTER}' --i-own-this-radio",
        "wait renault_86a --errors 1",
        "guide --display WAIT",
        "base log verify",
        "base blacklist add BP538769684801 --reason x",
        "base roles --sql --database postgresql://ann@db/codes",
    ],
)
def test_every_field_of_a_document_is_documented(cli, tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    open_base().close()
    document = cli(*shlex.split(arguments), "--json").document
    row = document[0] if isinstance(document, list) else document
    said = section(f"radiokey {arguments}")
    documented = re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| (`.+?) \|", said, re.MULTILINE)))
    assert set(row) <= set(documented)


def test_every_field_of_a_press_and_of_a_receipts_check_is_documented(cli, release_receipt):
    press = cli("entry", "renault_86a", "4786", "--json").document["presses"][0]
    assert all(f"| `{name}` |" in section("radiokey entry") for name in press)
    checked = cli("base", "log", "verify", release_receipt, "--json").document
    assert all(f"`{name}`" in section("radiokey base log verify") for name in checked)


@pytest.fixture
def release_receipt(cli, tmp_path):
    database = fresh(tmp_path / "base.sqlite3")
    released = cli("code", DUSTER, "--i-own-this-radio", "--json", "--database", database).document
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(released["receipt"]))
    return file


def examples(page: str) -> Iterator[tuple[str, str]]:
    """Yield each command of the console blocks of a page with the output that stands below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            yield command, output


def like(output: str) -> re.Pattern[str]:
    """Return what an example's output stands for: `...` is anything, on a line of its own any lines."""
    lines = (
        "(?:.*\n)*?" if line == "...\n" else line_like(line) for line in output.splitlines(keepends=True)
    )
    return re.compile("".join(lines))


def line_like(line: str) -> str:
    return ".*".join(map(re.escape, line.split("...")))


def run_shell(cli, line: str):
    """Run the `radiokey` command of a shell line in this process; `echo X |` before it is its input."""
    words = shlex.split(line, comments=True)
    start = next(at for at, word in enumerate(words) if word.split("/")[-1] == "radiokey")
    before, after = words[:start], words[start + 1 :]
    stops = [at for at, word in enumerate(after) if word in {"|", ">", ">>", "&&", "||", ";", "&"}]
    arguments = after[: stops[0]] if stops else after
    stdin = " ".join(before[1:-1]) + "\n" if before[:1] in (["echo"], ["printf"]) else ""
    if arguments[:1] == ["serve"]:
        arguments = [*arguments, "--help"]  # a served site has no end
    return cli(*arguments, stdin=stdin)


@pytest.mark.parametrize("page", ["cli.md", "tutorial.md"])
def test_the_examples_of_a_page_are_what_the_command_line_says(page, cli, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # some of them write files
    shutil.copy(ROOT / "tests" / "photos" / "label.heic", tmp_path)
    shown = list(examples((ROOT / "docs" / page).read_text("utf-8")))
    assert len(shown) > {"cli.md": 12, "tutorial.md": 5}[page]
    for command, output in shown:
        if "serial read" in command and not importlib.util.find_spec("zxingcpp"):
            continue  # the extra has no builds for this Python (docs/wheels.md)
        ran = run_shell(cli, command)
        said = ran.out + ran.err
        assert like(output).fullmatch(said if said.endswith("\n") else f"{said}\n"), f"{command}\n{said}"


# --- the words of displays --------------------------------------------------------------------------------


def test_every_word_of_every_display_is_documented():
    path = ROOT / "tools" / "display_words.py"
    spec = importlib.util.spec_from_file_location("display_words", path)
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    page = (ROOT / "docs" / "display-words.md").read_text("utf-8")
    stale = "run: python tools/display_words.py > docs/display-words.md"
    assert page == drawing.document(load_catalogue()), stale
    for model in load_catalogue().models.values():
        assert f"`{model.id}`" in page
        for word in model.words.value or ():
            assert f"| `{word.text}` | {word.shows.value}: " in page


# --- every page -------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|(?:src|href)=\"([^\"]+)\"", text)
    for link in filter(None, (link for pair in links for link in pair)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} in {page.name}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link} in {page.name}"


def test_every_page_that_the_source_names_is_there():
    for file in (*(ROOT / "src").rglob("*.py"), *(ROOT / "tools").glob("*.py")):
        for name in re.findall(r"\bdocs/[\w/.-]+\.md\b", file.read_text("utf-8")):
            assert (ROOT / name).is_file(), f"{name} in {file.name}"


def shell_lines(page: str) -> list[str]:
    """Return the commands that a page shows in its blocks for shells."""
    blocks = re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines]


@each("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_make_target_that_a_page_names_exists(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = page.read_text("utf-8")
    named = {match for line in shell_lines(text) for match in re.findall(r"^make ([a-z]+)", line)}
    named |= set(re.findall(r"`make ([a-z]+)`", text))
    assert named <= targets


# --- the checks themselves --------------------------------------------------------------------------------


def test_an_example_that_says_something_else_is_seen():
    assert like("a ... c\n...\nz\n").fullmatch("a b c\nd\ne\nz\n")
    assert not like("a ... c\nz\n").fullmatch("a b c\nd\nz\n")
    assert not like("a\n").fullmatch("a\nb\n")


def test_shell_lines_are_understood(cli):
    assert shell_lines("```sh\n$ make run\nradiokey models \\\n  --json\n```\n") == [
        "make run",
        "radiokey models    --json",
    ]
    assert run_shell(cli, ".venv/bin/radiokey models --json | head -n 1").code == 0
    assert run_shell(cli, "echo 4786 | radiokey entry renault_86a -  # the code, typed").code == 0
    assert run_shell(cli, "radiokey serve --port 0").out.startswith("Usage: radiokey serve")
