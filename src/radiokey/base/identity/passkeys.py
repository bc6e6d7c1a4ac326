"""Passkeys (WebAuthn level 3, by py_webauthn): what a browser is asked, and whether its answer holds.

A passkey is bound to the host of the site, so that an answer given to another site does not verify here; the
person has to be verified by the authenticator (a finger, a PIN), every time. A challenge is signed for one
purpose and five minutes and needs no store; the caller records the digest of each answer, so that it counts
once. Whatever is wrong with an answer is one error, after the same work.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, NoReturn, Self
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from radiokey.base.keys import link
from radiokey.base.ports.store import Randomness
from radiokey.clock import MINUTE_MS, Clock
from radiokey.errors import LinkError, SignInError, UsageError
from radiokey.language.speech import gettext

CHALLENGE_MS: Final = 5 * MINUTE_MS
ANSWER_LENGTH_MAX: Final = 16_384
LOOPBACK: Final = "localhost"
_NONCE_SIZE: Final = 16
_NOBODYS: Final = bytes.fromhex(
    "a501020326200121582060fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "2258207903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
"""The public key (COSE, P-256) of a passkey that nobody has: the one of RFC 6979, A.2.5."""

_BROKEN: Final = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    ArithmeticError,
    RecursionError,
)
"""What py_webauthn and its CBOR reader raise for input that is not an answer."""


@dataclass(frozen=True, slots=True)
class Party:
    """The site as an authenticator knows it: the address people open it by, and its host."""

    origin: str
    host: str

    @classmethod
    def at(cls, address: str) -> Self:
        """Return the party of a site's address; raise `UsageError` where no passkey can be bound to it.

        >>> Party.at("https://codes.example.org")
        Party(origin='https://codes.example.org', host='codes.example.org')
        """
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
            rest = parts.path.strip("/") + parts.query + parts.fragment + (parts.username or "")
            origin = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
        except ValueError:
            host = rest = origin = ""
        plain = all(part and part[0].isalpha() for part in host.split(".")[-1:]) and host.isascii()
        safe = origin.startswith("https://") or (origin.startswith("http://") and host == LOOPBACK)
        if not (plain and safe and not rest):
            raise UsageError(
                gettext("the address of a site with passkeys is https:// and a name"),
                hint=gettext("like https://codes.example.org; on this machine http://localhost:8000"),
            )
        return cls(origin, host)

    @property
    def secure(self) -> bool:
        """Whether cookies can be kept to TLS."""
        return self.origin.startswith("https://")


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that was made: its credential id, its public key (COSE), what it has counted."""

    id: bytes
    public_key: bytes
    counter: int
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was not verified yet: whose it says it is, and the digest of what it answers."""

    text: str
    id: bytes
    handle: bytes
    challenge: bytes
    _said: bytes


class Passkeys:
    """Asks browsers and reads their answers. `key` (32 bytes) signs the challenges."""

    def __init__(self, party: Party, key: bytes, clock: Clock, randomness: Randomness) -> None:
        self.party = party
        self._key = key
        self._clock = clock
        self._randomness = randomness

    def ask_new(self, purpose: str, name: str, display: str, handle: bytes, known: tuple[bytes, ...]) -> str:
        """Return what to ask a browser (JSON) for a passkey of somebody who has those `known`."""
        options = webauthn.generate_registration_options(
            rp_id=self.party.host,
            rp_name="Radiokey",
            user_name=name,
            user_id=handle,
            user_display_name=display,
            challenge=self._challenge(purpose),
            timeout=CHALLENGE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return webauthn.options_to_json(options)

    def ask(self, purpose: str, known: tuple[bytes, ...] = ()) -> str:
        """Return what to ask a browser (JSON) for an answer by one of the passkeys `known`, or by any."""
        options = webauthn.generate_authentication_options(
            rp_id=self.party.host,
            challenge=self._challenge(purpose),
            timeout=CHALLENGE_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def registered(self, purpose: str, text: str) -> Registered:
        """Return the passkey that a browser made; raise `SignInError` where the answer does not hold."""
        try:
            if len(text) > ANSWER_LENGTH_MAX:
                _refuse()
            credential = parse_registration_credential_json(text)
            said = parse_client_data_json(credential.response.client_data_json).challenge
            challenge = self._read(purpose, said)
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=said,
                expected_rp_id=self.party.host,
                expected_origin=self.party.origin,
                require_user_verification=True,
            )
        except _BROKEN as error:
            raise not_signed_in() from error
        return Registered(made.credential_id, made.credential_public_key, made.sign_count, challenge)

    def read(self, purpose: str, text: str) -> Answer:
        """Return an answer for this purpose; raise `SignInError` where it is none or its time is over."""
        try:
            if len(text) > ANSWER_LENGTH_MAX:
                _refuse()
            credential = parse_authentication_credential_json(text)
            said = parse_client_data_json(credential.response.client_data_json).challenge
            handle = credential.response.user_handle or b""
        except _BROKEN as error:
            raise not_signed_in() from error
        return Answer(text, credential.raw_id, handle, self._read(purpose, said), said)

    def counted(self, answer: Answer, public_key: bytes | None) -> int:
        """Return what the passkey counted; raise `SignInError` where it is not its answer.

        `None` is a passkey that nobody has: the same work for the same error.
        """
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer.text,
                expected_challenge=answer._said,  # noqa: SLF001 - its own module's
                expected_rp_id=self.party.host,
                expected_origin=self.party.origin,
                credential_public_key=public_key or _NOBODYS,
                credential_current_sign_count=0,  # the caller compares the stored counter
                require_user_verification=True,
            )
        except _BROKEN as error:
            raise not_signed_in() from error
        if public_key is None:
            _refuse()
        return verified.new_sign_count

    def _challenge(self, purpose: str) -> bytes:
        nonce = self._randomness.bytes(_NONCE_SIZE).hex()
        until_ms = self._clock.now_ms() + CHALLENGE_MS
        return link.sign(self._key, f"passkey {purpose}", nonce, until_ms).encode()

    def _read(self, purpose: str, challenge: bytes) -> bytes:
        """Return the digest of a challenge that this site signed for this purpose; raise `SignInError`."""
        try:
            link.read(self._key, f"passkey {purpose}", challenge.decode("ascii"), self._clock.now_ms())
        except (LinkError, UnicodeDecodeError) as error:
            raise not_signed_in() from error
        return hashlib.sha256(challenge).digest()


def written(passkey_id: bytes) -> str:
    """Return a credential id as text."""
    return bytes_to_base64url(passkey_id)


def not_signed_in() -> SignInError:
    """Return the one error for whatever is wrong with an answer, a recovery code or an account."""
    return SignInError(
        gettext("that did not sign you in"),
        hint=gettext("try again; a passkey works only here and only while it was not ended"),
    )


def _refuse() -> NoReturn:
    raise not_signed_in()
