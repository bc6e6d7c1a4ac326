"""A link that stands for an account: it names one thing for one purpose until a time, and is signed.

Pure: the time is an argument. The only reason given for a bad link is that its time is over, and only where
this site signed it (docs/spec/request.md).
"""

import base64
import hmac
import struct
from typing import Final

from radiokey.errors import LinkError
from radiokey.language.speech import gettext

_VERSION: Final = 1
_HEAD: Final = struct.Struct(">BQ")
_MAC_SIZE: Final = 32
_SUBJECT_MAX: Final = 64


def sign(key: bytes, purpose: str, subject: str, until_ms: int) -> str:
    """Return the link's text: `subject` (ASCII, 1 to 64 characters) for `purpose` until `until_ms`.

    >>> link = sign(bytes(32), "request", "r1", 1_000)
    >>> read(bytes(32), "request", link, now_ms=999)
    'r1'
    """
    assert 1 <= len(subject) <= _SUBJECT_MAX
    body = _HEAD.pack(_VERSION, until_ms) + subject.encode("ascii")
    return _text(body + _mac(key, purpose, body))


def read(key: bytes, purpose: str, text: str, now_ms: int) -> str:
    """Return the subject of a link; raise `LinkError` if this site did not sign it or its time is over."""
    if "+" in text or "/" in text:  # base64's other alphabet: Python reads both
        raise _broken()
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _broken() from error
    body, mac = raw[:-_MAC_SIZE], raw[-_MAC_SIZE:]
    # The last character of base64 carries spare bits: only one spelling of a link is accepted.
    if (
        _text(raw) != text
        or len(body) <= _HEAD.size
        or not hmac.compare_digest(mac, _mac(key, purpose, body))
    ):
        raise _broken()
    version, until_ms = _HEAD.unpack_from(body)
    if version != _VERSION:
        raise _broken()
    if now_ms >= until_ms:
        raise LinkError(gettext("the time of this link is over"), hint=gettext("ask the desk for a new one"))
    return body[_HEAD.size :].decode("ascii")


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _broken() -> LinkError:
    return LinkError(
        gettext("this link is cut short, changed, or not from here"), hint=gettext("open the whole link")
    )
