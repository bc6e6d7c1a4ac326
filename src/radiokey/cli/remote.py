"""`radiokey code --base URL`: the same question, put to a base somewhere else (docs/spec/api.md).

The token comes from the variable RADIOKEY_TOKEN or from a file, never from the command itself, which every
process of the machine can read. It is sent over TLS alone, or to this very machine; a redirection is not
followed. The receipt is checked here before the code is shown.
"""

import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, TypeVar

from radiokey.base.log.note import VerifierKey
from radiokey.base.log.receipt import parse_receipt, verify
from radiokey.base.release.request import Released, ReleaseRequest, Source
from radiokey.code.family import FAMILIES, Family
from radiokey.code.signed import Challenge
from radiokey.code.value import Code
from radiokey.errors import (
    OurFaultError,
    RadiokeyError,
    ReceiptError,
    RefusedError,
    TryLaterError,
    UsageError,
)
from radiokey.language.speech import gettext

T = TypeVar("T")
TIMEOUT_S: Final = 30
ANSWER_SIZE_MAX: Final = 256 * 1024
TOKEN_SIZE_MAX: Final = 1024
_BY_STATUS: Final = {401: RefusedError, 403: RefusedError, 429: TryLaterError}


@dataclass(frozen=True, slots=True)
class Remote:
    """A base somewhere else: its address, the token for it (hidden), the log's key where one is trusted."""

    address: str
    token: str
    key: VerifierKey | None

    def __repr__(self) -> str:
        return f"Remote({self.address!r}, ****)"

    def release(self, request: ReleaseRequest) -> Released:
        """Return the code with its receipt, checked; raise what the release of that base raises.

        Raises `TryLaterError` where it cannot be reached, `ReceiptError` where the receipt does not hold.
        """
        body = {
            "serial": request.serial.label or request.serial.serial.text,
            "owns": request.owns,
            "model": request.model.id if request.model else "",
            "make": request.make,
            "vin": request.vin.text if request.vin else "",
        }
        headers = {
            "Idempotency-Key": request.request_id,
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
        }
        return self._post("releases", body, headers, lambda document: self._released(document, request))

    def synchronise(self, challenge: Challenge, model: str) -> bytes:
        """Return the base's signed answer to what a navigation unit asks; the unit alone can judge it.

        No token goes with it: anybody who has a challenge may ask. Raises what the base raises, and
        `TryLaterError` where it cannot be reached.
        """
        body = {"serial": challenge.serial, "model": model, "challenge": challenge.encode().hex()}
        return self._post("synchronisations", body, {}, lambda document: bytes.fromhex(document["answer"]))

    def _post(
        self,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str],
        read: Callable[[dict[str, Any]], T],
    ) -> T:
        """Return what `read` makes of the answer; raise the error that the base says instead."""
        sent = urllib.request.Request(  # noqa: S310 - `remote` takes https, or http to this machine, alone
            f"{self.address}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Accept": "application/json", **headers},
        )
        status, answer = _asked(sent)
        try:
            document = json.loads(answer)
            if status != 200:  # noqa: PLR2004 - HTTP's own
                raise _problem(status, document)
            return read(document)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise OurFaultError(
                gettext("what answered is no base of Radiokey, or one of another version"),
                hint=gettext("look at the address"),
                status=status,
            ) from error

    def _released(self, document: dict[str, Any], request: ReleaseRequest) -> Released:
        """Return what was released, if the receipt is about this radio."""
        receipt = parse_receipt(json.dumps(document["receipt"]))
        verified = verify(receipt, self.key)
        source, family = Source(document["source"]), document["family"]
        if verified.serial != request.serial.serial or (verified.leaf.source, verified.leaf.family) != (
            source.value,
            family,
        ):
            raise ReceiptError(
                gettext("the receipt that came with the code is about something else"),
                hint=gettext("do not key this code in; tell the operator of that base"),
            )
        return Released(
            code=Code(document["code"]),
            source=source,
            family=_family(family) if family else None,
            receipt=receipt,
            repeated=False,
            model=verified.leaf.model,
            make=request.make,
        )


def _family(name: str) -> Family:
    """Return the derivation that a base names; without knowing what it rests on its code is not shown."""
    if name not in FAMILIES:
        raise RefusedError(
            gettext(
                "that base derives this radio's code in a way that this version of radiokey does not know"
            ),
            hint=gettext(
                "no code is shown, because nothing can be said of it; install a newer version and ask again"
            ),
        )
    return FAMILIES[name]


def remote(address: str, token_file: Path | None, key: str | None) -> Remote:
    """Return the base at `address`; raise `UsageError` for one that a token must not be sent to."""
    try:
        parts = urllib.parse.urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urllib.parse.urlsplit("")
    if not host or parts.scheme not in {"https", "http"} or parts.username or parts.query or parts.fragment:
        raise UsageError(gettext("a base has an address"), hint=gettext("like https://codes.example.org"))
    if parts.scheme == "http" and not _is_here(host):
        raise UsageError(
            gettext("a code and a token travel over https alone"),
            hint=gettext("http is for a base on this very machine"),
        )
    trusted = VerifierKey.parse(key) if key else None
    return Remote(address.rstrip("/"), _token(token_file), trusted)


def _token(file: Path | None) -> str:
    """Return the token, empty where there is none: a local base takes none."""
    if file is None:
        token = os.environ.get("RADIOKEY_TOKEN", "")
    else:
        try:
            with file.open(encoding="ascii") as opened:
                token = opened.read(TOKEN_SIZE_MAX)
        except (OSError, UnicodeError):
            raise UsageError(
                gettext("the file of the token cannot be read"), hint=gettext("look at its name")
            ) from None
    token = token.strip()
    if not token.isascii() or not (token == "" or token.isprintable()) or " " in token:
        raise UsageError(gettext("that is no token"), hint=gettext("it begins with rk_ and is one word"))
    return token


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: a token is for the address that it was given for."""

    def http_error_302(self, *_: object) -> None:
        """Return nothing to follow; where it would lead is not even read, since that may be no address."""

    http_error_301 = http_error_303 = http_error_302  # type: ignore[assignment]  # it reads no argument
    http_error_307 = http_error_308 = http_error_302  # type: ignore[assignment]  # the same


def _asked(sent: urllib.request.Request) -> tuple[int, bytes]:
    """Return status and body of an answer; raise `TryLaterError` or `RefusedError` where there is none."""
    handlers: list[urllib.request.BaseHandler] = [
        _NoRedirect(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    ]
    if sent.type == "http":  # to this machine: no proxy in between
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(sent, timeout=TIMEOUT_S) as answer:
            return answer.status, _whole(answer.read(ANSWER_SIZE_MAX + 1))
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _whole(error.read(ANSWER_SIZE_MAX + 1))
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLError):
            raise RefusedError(
                gettext("the certificate of that base does not verify"),
                hint=gettext("nothing was sent; look at the address and at this machine's clock"),
            ) from None
        why = getattr(reason, "strerror", None) or type(reason).__name__
        raise TryLaterError(
            gettext("the base does not answer: {why}", why=why),
            hint=gettext("the same command asks again; it is the same request all day"),
        ) from None


def _whole(body: bytes) -> bytes:
    return body if len(body) <= ANSWER_SIZE_MAX else b""


def _problem(status: int, document: dict[str, Any]) -> RadiokeyError:
    """Return the error that a problem speaks of, in that base's words."""
    slug = document["type"].rpartition("#")[2]
    sentence, hint = _printable(document["detail"]), _printable(document["hint"])
    kind = next((kind for kind in _tree(RadiokeyError) if kind.slug == slug), None)
    if kind is None:
        server = 500
        kind = _BY_STATUS.get(status, OurFaultError if status >= server else UsageError)
    return kind(sentence, hint=hint)


def _printable(text: str) -> str:
    """Return a stranger's words without what would command a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _tree(kind: type[RadiokeyError]) -> Iterator[type[RadiokeyError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
