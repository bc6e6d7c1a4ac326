"""The documentation as a site: `make docs` makes build/docs of docs/ and of the product itself.

The pages stay plain Markdown that reads well where it lies. `docs/README.md` is the first page and the order
of all others: its headings are the parts of the menu, its links the pages. `reference.py` and `facts.py` add
what is drawn from the code, `diagrams.py` draws what is written in Mermaid. Sphinx makes pages of it and
takes no warning; then every link, anchor, picture and script of what came out is looked up, nothing may come
from another host, and a browser opens it from a file (`opened.py`).
"""

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Final
from urllib.parse import unquote

import diagrams
import opened
import reference
from steps import ROOT, run

OWN: Final = ROOT / "tools" / "docs"
STAGED: Final = ROOT / "build" / "docs-source"
BUILT: Final = ROOT / "build" / "docs"
FIRST: Final = PurePosixPath("docs/README.md")
DRAWN_HERE: Final = "<!-- `make docs` lists here what it draws from the code -->\n"
"""The line of the first page where the drawn pages are listed."""
BESIDE: Final = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
}
"""Pages of the project's own folder, and where they lie on the site."""
CODE: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LEAF: Final = "---\norphan: true\n---\n\n"
"""What a page begins with that its list leads to and not the menu, which stands on every page of the site."""
LINK: Final = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")
MERMAID: Final = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


# --- the sources --------------------------------------------------------------------------------------------


def place(path: PurePosixPath) -> PurePosixPath:
    """Return where a file of the project lies on the site.

    >>> str(place(PurePosixPath("docs/adr/README.md"))), str(place(PurePosixPath("SECURITY.md")))
    ('adr/index.md', 'project/security.md')
    """
    if str(path) in BESIDE:
        return PurePosixPath(BESIDE[str(path)])
    inner = path.relative_to("docs") if path.is_relative_to("docs") else path
    return inner.with_name("index.md") if inner.name == "README.md" else inner


def sources() -> Iterator[PurePosixPath]:
    """Yield every file that belongs on the site, by its place in the project."""
    for folder in ("docs", "findings"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file():
                yield PurePosixPath(file.relative_to(ROOT).as_posix())
    yield from map(PurePosixPath, BESIDE)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a page with `change` made to all of it but what stands there as code."""
    parts, at = [], 0
    for code in CODE.finditer(text):
        parts += [change(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, change(text[at:])])


def moved(text: str, page: PurePosixPath) -> str:
    """Return a page of the project with its links as they lead from its place on the site."""

    def changed(link: re.Match[str]) -> str:
        target = PurePosixPath(normpath(page.parent / link[1]))
        return relpath(place(target), place(page).parent)

    return outside_code(text, lambda part: LINK.sub(changed, part))


def menu(first: str) -> dict[str, list[str]]:
    """Return the parts of the menu from the first page: heading to links, in order."""
    parts = re.split(r"^## (.+)$", first, flags=re.MULTILINE)[1:]
    return {
        head: list(dict.fromkeys(re.findall(r"\]\(([^)\s#:]+\.md)(?=[)#])", text)))
        for head, text in zip(parts[::2], parts[1::2], strict=True)
    }


def toctree(pages: list[str], caption: str = "") -> str:
    """Return the lines by which Sphinx puts pages into the menu."""
    head = f":caption: {caption}\n" if caption else ""
    return f"\n```{{toctree}}\n:hidden:\n{head}\n" + "".join(f"{page}\n" for page in pages) + "```\n"


def pictured(page: str, text: str, drawn: Mapping[str, str]) -> str:
    """Return a page with its diagrams as pictures, and below each the text it was drawn from.

    A picture leads to itself, alone and as large as it was drawn.
    """
    images = relpath("_images", PurePosixPath(page).parent)

    def picture(match: re.Match[str]) -> str:
        name = drawn[match[1]]
        pictures = "".join(
            f"```{{image}} /diagrams/{name}-{look}.svg\n:class: only-{look} diagram\n"
            f":target: {images}/{name}-{look}.svg\n:alt: the same is written below\n```\n\n"
            for look in diagrams.LOOKS
        )
        return f"{pictures}<details><summary>As text</summary>\n\n```text\n{match[1]}```\n\n</details>\n"

    return MERMAID.sub(picture, text).replace("```csv\n", "```text\n")  # Pygments has no colours for it


def staged() -> dict[str, str]:
    """Return the text of every page of the site, by its place there; diagrams are not drawn yet."""
    pages = {}
    for source in sources():
        if source.suffix == ".md":
            pages[str(place(source))] = moved((ROOT / source).read_text("utf-8"), source)
    drawn = reference.pages()
    listed = "".join(
        f"- [{drawn[name].title}]({name}): {drawn[name].about}\n" for name in drawn if drawn[name].about
    )
    first = pages["index.md"]
    assert DRAWN_HERE in first, f"{FIRST} has no line for the drawn pages"
    first = first.replace(DRAWN_HERE, listed)
    pages["index.md"] = first + "".join(toctree(links, head) for head, links in menu(first).items())
    for name in sorted(pages):
        if name.startswith("adr/0"):
            pages[name] = LEAF + pages[name]
    leaves = {below for page in drawn.values() for below in page.below}
    for name, page in drawn.items():
        pages[name] = (LEAF if name in leaves else "") + page.text
    return pages


def write(pages: Mapping[str, str]) -> None:
    """Write the sources of the site into build/docs-source: pages, pictures, diagrams."""
    shutil.rmtree(STAGED, ignore_errors=True)
    drawn = diagrams.draw(
        {text for page in pages.values() for text in MERMAID.findall(page)}, STAGED / "diagrams"
    )
    for name, text in pages.items():
        (STAGED / name).parent.mkdir(parents=True, exist_ok=True)
        (STAGED / name).write_text(pictured(name, text, drawn), "utf-8")
    for source in sources():
        if source.suffix != ".md":
            target = STAGED / place(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / source, target)
    for name in ("conf.py", "style.css"):
        shutil.copyfile(OWN / name, STAGED / name)


# --- what came out ------------------------------------------------------------------------------------------


@dataclass
class Seen(HTMLParser):
    """What stands in one page: its anchors, where it leads, and what a browser loads for it."""

    anchors: set[str] = field(default_factory=set)
    leads: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        said = {name: value or "" for name, value in attrs}
        if "id" in said:
            self.anchors.add(said["id"])
        if tag == "a" and "href" in said:
            self.leads.append(said["href"])
        elif tag == "link" and "href" in said:
            self.loads.append(said["href"])
        self.loads += [said[name] for name in ("src", "data", "poster", "action") if name in said]


def faults(folder: Path) -> list[str]:
    """Return what is wrong with a built site, a line each: what leads nowhere, what is of another host."""
    seen = {}
    for file in sorted(folder.rglob("*.html")):
        seen[file] = Seen()
        seen[file].feed(file.read_text("utf-8"))
    found = []
    for file, page in seen.items():
        name = file.relative_to(folder)
        found += [f"{name} loads {url}" for url in page.loads if elsewhere(url)]
        for url in (*page.leads, *page.loads):
            if elsewhere(url) or url.startswith(("mailto:", "data:")):
                continue
            path, _, anchor = url.partition("#")
            target = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
            if not target.is_file():
                found.append(f"{name} leads to {url}, which is not there")
            elif anchor and target in seen and unquote(anchor) not in seen[target].anchors:
                found.append(f"{name} leads to {url}: no such place on that page")
    for file in sorted(folder.rglob("*.css")):
        for url in re.findall(r"url\(['\"]?([^)'\"]+)|@import ['\"]([^'\"]+)", file.read_text("utf-8")):
            found += [f"{file.relative_to(folder)} loads {one}" for one in url if elsewhere(one)]
    return found


def elsewhere(url: str) -> bool:
    """Tell whether an address is that of another host."""
    return url.startswith(("http:", "https:", "//"))


def main() -> None:
    """Build, strictly, and look at what came out."""
    write(staged())
    shutil.rmtree(BUILT, ignore_errors=True)
    options = ("-b", "html", "--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "-j", "2")
    run("pages", sys.executable, "-m", "sphinx", *options, "-d", ROOT / "build" / "docs-cache", STAGED, BUILT)
    if wrong := faults(BUILT) or opened.complaints(BUILT):
        sys.exit("\n".join(wrong))
    size = sum(file.stat().st_size for file in BUILT.rglob("*") if file.is_file())
    print(
        f"{BUILT.relative_to(ROOT)}/index.html: {len(list(BUILT.rglob('*.html')))} pages, {size // 1000} kB"
    )


if __name__ == "__main__":
    main()
