"""The step of the build that compiles texts: `texts/ru.po` becomes `texts/ru.mo` in the wheel."""

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEXTS = Path("src/radiokey/language/texts")


def compiled(po: Path) -> bytes:
    """Return the texts of a file as Python's gettext reads them; a doubtful entry stays English."""
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.stem.replace("-", "_"), abort_invalid=True)
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the compiled texts to the wheel; the sources stay out of it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every language, whichever there are."""
        del version
        made = Path(self.root, "build", "texts")
        made.mkdir(parents=True, exist_ok=True)
        for po in sorted(Path(self.root, TEXTS).glob("*.po")):
            target = made / f"{po.stem}.mo"
            target.write_bytes(compiled(po))
            build_data["force_include"][str(target)] = f"radiokey/language/texts/{target.name}"
