"""What browsers and search engines ask every site for: an icon, a manifest, what to leave out."""

from typing import TYPE_CHECKING, Final

from litestar import Request, Response, get
from litestar.datastructures import State

if TYPE_CHECKING:
    from radiokey.web.http.render import StaticFiles

A_DAY: Final = {"Cache-Control": "public, max-age=86400"}
"""These names stay the same when their content changes."""
PAPER: Final = "#faf8f5"
NIGHT: Final = "#14161a"
"""The grounds of the pages, by day and by night (LOOKS); `radiokey.css` has them too."""
SECRET: Final = ("/road/", "/requests/", "/waiting/", "/enrol/", "/shows", "/api/", "/desk", "/registrar")
"""Where a page is one person's own, or staff's: no search engine has any business there."""


@get("/favicon.ico", sync_to_thread=False)
def favicon(request: Request[None, None, State]) -> Response[bytes]:
    """Return the icon of old browsers, which ask for no other name."""
    static: StaticFiles = request.app.state.static
    return Response(static.content("favicon.ico"), media_type="image/vnd.microsoft.icon", headers=A_DAY)


@get("/robots.txt", sync_to_thread=False)
def robots() -> Response[bytes]:
    """Tell search engines which pages are one person's own."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in SECRET)]
    return Response(("\n".join(lines) + "\n").encode(), media_type="text/plain", headers=A_DAY)


@get("/manifest.webmanifest", sync_to_thread=False)
def manifest(request: Request[None, None, State]) -> Response[dict[str, object]]:
    """Say how the site looks when it is put on a phone's first screen (W3C Web Application Manifest)."""
    static: StaticFiles = request.app.state.static
    icons = [
        {"src": static.address("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static.address("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static.address("icon-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    content: dict[str, object] = {
        "name": "Radiokey: a locked car radio plays again",
        "short_name": "Radiokey",
        "description": "What a locked car radio shows, what that means, and the one safe next step.",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }
    return Response(content, media_type="application/manifest+json", headers=A_DAY)


HANDLERS: Final = (favicon, robots, manifest)
