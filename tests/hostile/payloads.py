"""What the attack sends: heads of other sites, misspelt addresses, files that are two, bodies that grow."""

import struct
import zlib

from attacked import NAME, SITE
from papermaking import archive, picture

FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"http://{NAME}.evil.example"},
    {"Origin": f"http://evil.example/{NAME}"},
    {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": SITE, "Sec-Fetch-Site": "same-site"},
)

SPELLINGS = (
    "//desk", "/./desk", "/x/../desk", "/%2e/desk", "/%2e%2e/desk", "/desk/", "/desk/.", "/desk;x=1", "/DESK", "/desk%00",
    "/desk%2f", "/desk%20", "/%64esk", "/desk%252f", "/desk.json", "/desk/..%2fregistrar", "/registrar%2faudit",
    "/static/../../etc/passwd", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/..%5c..%5cbase.sqlite3", "/.git/config",
    "/.env", "/base.sqlite3", "/base.sqlite3.key", "/log/../base.sqlite3.keys", "/log/tile/0/..%2f..%2fkey", "/server-status",
    "/api/releases/", "//api//releases", "/api/audit", "/api/audit/", "/%c0%ae%c0%ae/etc/passwd", "/%ff", "/\u0430pi/audit",
)  # fmt: skip


def multipart(*files: tuple[str, str, str, bytes]) -> tuple[bytes, str]:
    """Return a form with files, each a field, a name, a type and bytes; and its media type."""
    parts = [
        f'--xx\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {media}\r\n\r\n".encode()
        + data
        + b"\r\n"
        for field, name, media, data in files
    ]
    seen = b'--xx\r\nContent-Disposition: form-data; name="seen"\r\n\r\n2\r\n'
    return seen + b"".join(parts) + b"--xx--\r\n", "multipart/form-data; boundary=xx"


def png(width: int, height: int) -> bytes:
    """Return a PNG of nothing that says it is so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


SCRIPT = b"<script>alert(1)</script>"
TWO = {
    "a picture and a page": (picture() + SCRIPT, True),
    "a picture and an archive": (picture() + archive(), False),
    "a page that says it is a picture": (b"<!doctype html>" + SCRIPT, False),
    "a drawing with a script": (b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", False),
    "a program": (b"MZ" + bytes(200), False),
    "an archive": (archive(), False),
    "a picture of four thousand million points": (png(65_000, 65_000), False),
    "nothing": (b"", False),
}

BOMBS = {
    "an array in an array": b'{"serial":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "a number without end": b'{"serial":' + b"9" * 60_000 + b"}",
    "the same key": b"{" + b",".join(b'"serial":"x"' for _ in range(4_000)) + b"}",
    "a text of nothing": b'{"serial":"' + b"\\u0000" * 10_000 + b'"}',
    "no text": b"\xff\xfe" * 30_000,
}
