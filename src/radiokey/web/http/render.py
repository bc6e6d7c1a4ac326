"""Pages: templates with what all of them need, and the static files under the hash of their content."""

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any, Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from litestar import Response
from litestar.enums import MediaType
from markdown_it import MarkdownIt
from markupsafe import Markup

from radiokey.base.identity.roles import role_name
from radiokey.base.identity.staff import KIND_NAMES
from radiokey.base.papers.kind import PaperKind, kept_span
from radiokey.base.ports.store import COUNTED_MAX
from radiokey.catalogue.face import face_of
from radiokey.catalogue.fact import how_sure
from radiokey.catalogue.model import SourceKind
from radiokey.code.value import AnyPress
from radiokey.guide.model import STAGE_NAMES, Stage
from radiokey.guide.spoken import spoken_minutes
from radiokey.headunit.display import DisplayKind
from radiokey.headunit.panel import Panel
from radiokey.language import speech
from radiokey.language.load import Languages, known
from radiokey.language.speech import gettext, later, number
from radiokey.serial.makes import spoken
from radiokey.web.draw import display_svg, dots_svg, face_svg, label_lines, panel_svg, shown_word
from radiokey.web.http.languages import here
from radiokey.web.http.time_format import (
    format_actor,
    format_day,
    format_duration,
    format_owner_time,
    format_time,
)

ROAD: Final = {stage.value: name for stage, name in STAGE_NAMES.items() if stage is not Stage.ASIDE}
NO_STORE: Final = {"Cache-Control": "no-store"}
_TYPES: Final = {
    ".css": "text/css",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_ALONE: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
"""What sees the owner's photo may compile what it is handed, and connect to nothing."""
POLICIES: Final = {"photo-worker.js": _ALONE, "print-worker.js": _ALONE}
"""The policies of scripts that run by themselves, beside a page."""
STYLE: Final = "radiokey.css"
_BEFORE: Final = {"do": later("Now"), "dont": later("Careful")}
"""The words before what to do and what not, by the class of their paragraph."""
HEADS: Final = {"replay.js": ("draw-display.js",), "worker.js": ("draw-display.js", "presses.js")}
"""What stands at the head of a script as it is served: a service worker cannot import everywhere."""
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


class StaticFiles:
    """The files of `static`, each under a name with the hash of its content, so that it never expires."""

    def __init__(self, languages: Languages) -> None:
        folder = resources.files("radiokey.web") / "static"
        self._names: dict[str, str] = {}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.policies: dict[str, str] = {}
        self._packed: dict[str, bytes] = {}
        entries = [*folder.iterdir(), *(folder / "vendor").iterdir()]
        for entry in sorted(entries, key=lambda one: one.name):
            stem, dot, ending = entry.name.rpartition(".")
            kind = _TYPES.get(dot + ending)
            if kind is not None:
                content = b"".join((folder / part).read_bytes() for part in HEADS.get(entry.name, ()))
                content += entry.read_bytes()
                if entry.name == STYLE:
                    content += said_by_style(languages).encode()
                named = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
                self._names[entry.name] = named
                self.files[named] = (content, kind)
                if entry.name in POLICIES:
                    self.policies[named] = POLICIES[entry.name]

    def packed(self, named: str) -> bytes:
        """Return a file as gzip, packed when it is first asked for: the largest takes a tenth of a second."""
        if named not in self._packed:
            self._packed[named] = gzip.compress(self.files[named][0], mtime=0)
        return self._packed[named]

    def content(self, name: str) -> bytes:
        """Return what is in a file."""
        return self.files[self._names[name]][0]

    def address(self, name: str) -> str:
        """Return the address of a file."""
        return f"/static/{self._names[name]}"


@cache
def load_static(languages: Languages) -> StaticFiles:
    """Return the files of the package for a site that speaks `languages`, read once."""
    return StaticFiles(languages)


def said_by_style(languages: Languages) -> str:
    """Return the rules by which a page says the words before what to do and what not, in each language.

    The style sheet itself has them in English; another language brings them with its texts.
    """
    rules = []
    for language in languages:
        with speech.speaking(language):
            for name, word in _BEFORE.items():
                content = json.dumps(f"{gettext(word)}:", ensure_ascii=False)
                rules.append(f".{name}:lang({language.tag})::before {{ content: {content}; }}\n")
    return "".join(rules)


@cache
def _templates() -> Environment:
    """Return the templates of the package; each is compiled once, also where several sites are served."""
    templates = Environment(
        loader=PackageLoader("radiokey.web"),
        autoescape=select_autoescape(default=True, disabled_extensions=("txt",)),  # a mail is no markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    # What reads the language when a page is made: a template is compiled once for all of them.
    cast("Any", templates).install_gettext_callables(
        speech.gettext, _counted_form, newstyle=True, pgettext=speech.pgettext
    )
    templates.globals.update(
        road=ROAD,
        spoken_language=speech.current,
        this_page=here,
        display=_display,
        panel=_panel,
        word=_word,
        dots=_dots,
    )
    templates.globals.update(face=_face, face_of=face_of)
    templates.filters.update(
        label_lines=label_lines,
        markdown=_block,
        inline=_inline,
        how_sure=how_sure,
        source_kind=source_kind,
        counted=counted,
        number=number,
        role_name=role_name,
        kind_name=lambda kind: gettext(KIND_NAMES[kind]),
        capitalised=lambda text: text[:1].upper() + text[1:],
        make=spoken,
        minutes=spoken_minutes,
        format_time=format_time,
        format_duration=format_duration,
        format_actor=format_actor,
        format_owner_time=format_owner_time,
        format_day=format_day,
        kept_for=lambda kind: kept_span(PaperKind(kind)),
    )
    return templates


class Pages:
    """Renders pages. Undefined names are errors; everything is escaped unless it is our own markup."""

    def __init__(self, languages: Languages | None = None) -> None:
        languages = languages or known()
        files = load_static(languages)
        self._values: dict[str, object] = {
            "demonstration": False,
            "languages": languages,
            "static": files.address,
            "icon": f"data:image/svg+xml;base64,{b64encode(files.content('icon.svg')).decode()}",
        }

    def globals(self, **values: object) -> None:
        """Give every page these values from now on."""
        self._values.update(values)

    def render(self, template: str, /, **context: Any) -> str:  # noqa: ANN401 - whatever the template names
        """Return a page as text."""
        return _templates().get_template(template).render(self._values, **context)

    def show(
        self,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,  # noqa: ANN401 - whatever the template names
    ) -> Response[str]:
        """Return a page as a response."""
        return Response(
            self.render(template, **context),
            status_code=status,
            media_type=MediaType.HTML,
            headers=dict(headers or {}),
        )


def counted(count: int) -> str:
    """Return a count as text: a count above the limit of counting is not exact.

    >>> counted(3120), counted(COUNTED_MAX), counted(COUNTED_MAX + 1)
    ('3,120', '10,000', 'more than 10,000')
    """
    return gettext("more than {count}", count=number(COUNTED_MAX)) if count > COUNTED_MAX else number(count)


SOURCE_KINDS: Final = {
    SourceKind.OFFICIAL: later("official"),
    SourceKind.SUPPORT: later("support"),
    SourceKind.TRADE: later("trade"),
    SourceKind.FORUM: later("forum"),
    SourceKind.QUESTION: later("question"),
    SourceKind.PAGE: later("page"),
    SourceKind.SELLER: later("seller"),
    SourceKind.CODE: later("code"),
    SourceKind.ARTICLE: later("article"),
}
"""What kind of page a source is, in words."""


def source_kind(kind: SourceKind) -> str:
    """Say what kind of page a source is."""
    return speech.gettext(SOURCE_KINDS[kind])


def _counted_form(one: str, many: str, n: int) -> str:
    return speech.current().texts.ngettext(one, many, n)


def _block(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - Markdown without HTML, from our own files


def _inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - as above


def _display(text: str, kind: Any = None, *, lit: bool = True, blinking: bool = False) -> Markup:  # noqa: ANN401
    return Markup(display_svg(text, kind, lit=lit, blinking=blinking))  # noqa: S704 - our own drawing, escaped


def _word(text: str, kind: DisplayKind | None = None) -> Markup:
    """Draw a word that stands beside its meaning: no wider than the word."""
    kind = replace(kind or DisplayKind(), characters=len(text))
    return Markup(display_svg(text, kind))  # noqa: S704 - our own drawing, escaped


def _face(model: Any) -> Markup:  # noqa: ANN401
    kind = model.display.value
    return Markup(face_svg(face_of(model.id), model.panel, shown_word(model), kind))  # noqa: S704 - ours


def _dots(title: str, rows: Sequence[tuple[str, int]]) -> Markup:
    return Markup(dots_svg(title, rows))  # noqa: S704 - our own drawing, escaped


def _panel(panel: Panel, press: AnyPress | None = None) -> Markup:
    return Markup(panel_svg(panel, press))  # noqa: S704 - our own drawing, escaped
