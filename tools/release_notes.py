"""Print the release notes of a version: its section of CHANGELOG.md, for the page of a release.

    python tools/release_notes.py 0.1.0
    python tools/release_notes.py 0.1.0 --links https://example.org/radiokey/blob/v0.1.0/

Links in the CHANGELOG are relative to the repository. A page outside it needs `--links`: where the files of
that version are read.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Final

CHANGELOG: Final = Path(__file__).resolve().parents[1] / "CHANGELOG.md"
HEADING: Final = re.compile(r"^## (\S+)(?: \(([^)]*)\))?\n", re.MULTILINE)
"""A version, and in brackets its day or that it is not released yet."""
RELATIVE: Final = re.compile(r"\]\((?![a-z]+:|#|/)")


def sections(changelog: str) -> dict[str, str]:
    r"""Return the text of each version, newest first.

    >>> sections("# Changelog\n\n## 0.2 (2027-01-31)\n\n- b\n\n## 0.1\n\n- a\n")
    {'0.2': '- b', '0.1': '- a'}
    """
    heads = list(HEADING.finditer(changelog))
    ends = [head.start() for head in heads[1:]] + [len(changelog)]
    return {head[1]: changelog[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}


def notes(changelog: str, version: str, links: str = "") -> str:
    r"""Return the notes of a version; raise `KeyError` with what to do if it has none.

    >>> notes("## 0.1\n\n- see [a](a.md) and [b](https://example.org)\n", "0.1", "https://example.org/x/")
    '- see [a](https://example.org/x/a.md) and [b](https://example.org)'
    """
    found = sections(changelog)
    if not found.get(version):
        raise KeyError(f"CHANGELOG.md has no notes for {version}; it has: {', '.join(found)}")
    return RELATIVE.sub(f"]({links}", found[version]) if links else found[version]


def main() -> None:
    """Print them."""
    parser = argparse.ArgumentParser(description="Print the release notes of a version.")
    parser.add_argument("version")
    parser.add_argument("--links", default="", help="the address that relative links begin with")
    given = parser.parse_args()
    try:
        print(notes(CHANGELOG.read_text("utf-8"), given.version, given.links))
    except KeyError as error:
        sys.exit(error.args[0])


if __name__ == "__main__":
    main()
