"""API tokens: whose they are, what they may do, until when. Specified in docs/spec/api.md.

A token is shown once, when it is made; the base keeps the SHA-256 of its secret half alone. It ends by itself
after at most 400 days, or when somebody ends it, and then for ever. A token that is not
valid gets one answer in one time, whatever is wrong with it: malformed, unknown, ended, expired, or the wrong
secret.
"""

import hashlib
import hmac
import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Self

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.store import Randomness, Store, StoredAct, StoredToken, TokenCard
from radiokey.clock import DAY_MS, Clock
from radiokey.errors import NameTakenError, NotThereError, TokenError, UsageError
from radiokey.language.speech import gettext

DAYS_MAX: Final = 400
SECRET_SIZE: Final = 32

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_SIZE: Final = 9
_ID_LENGTH: Final = 13
_SECRET_LENGTH: Final = 43
_CHECK_LENGTH: Final = 6
_WRITTEN: Final = re.compile(
    rf"rk_([0-9A-Za-z]{{{_ID_LENGTH}}})_([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECK_LENGTH}}})"
)
ACCOUNT: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_ORGANISATION_LENGTH_MAX: Final = 100
_NOBODY: Final = "-"
_NO_HASH: Final = bytes(32)

OURSELVES: Final = frozenset({"local", "owner"})
"""The actors on the command line and on a local base; no account has these names."""


class Token:
    """A token as its holder has it. It hides itself.

    >>> Token("0000000000001", "0" * 43)
    Token(****)
    >>> Token("0000000000001", "0" * 43).reveal()
    'rk_0000000000001_000000000000000000000000000000000000000000019UJ04'
    """

    __slots__ = ("_secret", "id")

    def __init__(self, token_id: str, secret: str) -> None:
        self.id = token_id
        self._secret = secret

    @classmethod
    def random(cls, randomness: Randomness) -> Self:
        """Return a new one."""
        return cls(
            _written(randomness.bytes(_ID_SIZE), _ID_LENGTH),
            _written(randomness.bytes(SECRET_SIZE), _SECRET_LENGTH),
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a token; raise `TokenError` where it is none: its check characters reveal a typing error."""
        parts = _WRITTEN.fullmatch(text)
        if parts is None or not hmac.compare_digest(_check(parts[1], parts[2]), parts[3]):
            raise not_held()
        return cls(parts[1], parts[2])

    def hashed(self) -> bytes:
        """Return what the base keeps of its secret."""
        return hashlib.sha256(self._secret.encode()).digest()

    def reveal(self) -> str:
        """Return the token in clear."""
        return f"rk_{self.id}_{self._secret}{_check(self.id, self._secret)}"

    def __repr__(self) -> str:
        return "Token(****)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is never pickled")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is and what it may do."""

    id: str
    account: str
    organisation: str
    scopes: frozenset[Permission]


class Tokens:
    """The tokens of one base. `gate` reads them, `registrar` makes and ends them."""

    __slots__ = ("_clock", "_gate", "_randomness", "_registrar")

    def __init__(self, gate: Store, registrar: Store, clock: Clock, randomness: Randomness) -> None:
        self._gate = gate
        self._registrar = registrar
        self._clock = clock
        self._randomness = randomness

    def holder(self, text: str) -> Holder:
        """Return whose token `text` is; raise `TokenError` if it does not hold, `StoreError`.

        The same work is done whatever is wrong with it.
        """
        (found,) = self.holders([text])
        if isinstance(found, TokenError):
            raise found
        return found

    def holders(self, texts: Sequence[str]) -> list[Holder | TokenError]:
        """Return what `holder` does for each of `texts`, an error too, all as of now; raise `StoreError`."""
        tokens = [_read(text) for text in texts]
        with self._gate.snapshot() as seen:
            stored = {token_id: seen.token(token_id) for token_id in {token.id for token in tokens}}
        answers: list[Holder | TokenError] = []
        for token in tokens:
            try:
                answers.append(self._holder(token, stored[token.id]))
            except TokenError as error:
                answers.append(error)
        return answers

    def _holder(self, token: Token, stored: StoredToken | None) -> Holder:
        same = hmac.compare_digest(stored.hashed if stored else _NO_HASH, token.hashed())
        if stored is None or not same or self._clock.now_ms() >= stored.expires_at_ms:
            raise not_held()
        known = frozenset(Permission) & set(stored.scopes.split())  # one of a newer version is none here
        return Holder(
            stored.id, stored.account, stored.organisation, frozenset(Permission(scope) for scope in known)
        )

    def make(
        self, account: str, organisation: str, scopes: Collection[Permission], *, days: int, by: str
    ) -> tuple[Token, TokenCard]:
        """Make a token and return it, this once, with what may be listed of it.

        Raises `UsageError`, `NameTakenError`, `StoreError`.
        """
        if not ACCOUNT.fullmatch(account) or account in OURSELVES:
            raise UsageError(
                gettext("an account is named by 1 to 64 small letters, digits, dots, dashes, _ and @"),
                hint=gettext("not {names}", names=", ".join(sorted(OURSELVES))),
            )
        if not (0 < len(organisation) <= _ORGANISATION_LENGTH_MAX and organisation.isprintable()):
            raise UsageError(
                gettext(
                    "an organisation has a name of 1 to {organisation_length_max} characters",
                    organisation_length_max=_ORGANISATION_LENGTH_MAX,
                ),
                hint=gettext("the name of the dealer, the workshop or the office"),
            )
        if not scopes:
            raise UsageError(
                gettext("a token without a scope may do nothing"),
                hint=gettext("there are: {names}", names=", ".join(Permission)),
            )
        if not 0 < days <= DAYS_MAX:
            raise UsageError(
                gettext("a token holds for 1 to {days_max} days", days_max=DAYS_MAX),
                hint=gettext("make a new one before it ends"),
            )
        token, now_ms = Token.random(self._randomness), self._clock.now_ms()
        stored = StoredToken(
            id=token.id,
            hashed=token.hashed(),
            account=account,
            organisation=organisation,
            scopes=" ".join(sorted(scopes)),
            made_at_ms=now_ms,
            expires_at_ms=now_ms + days * DAY_MS,
            by=by,
        )
        with self._registrar.transaction() as transaction:
            if transaction.name_used_by(account) == "person":
                raise NameTakenError(
                    gettext("a person of the staff has or had this name"),
                    hint=gettext("a token is a machine's: give it a name of its own, like till-3"),
                )
            transaction.add_token(stored)
            detail = f"{account}: {stored.scopes}"
            transaction.add_act(StoredAct(now_ms, by, Permission.TOKEN_MAKE, token.id, detail))
        card = TokenCard(**{name: getattr(stored, name) for name in TokenCard.__struct_fields__})
        return token, card

    def list(self) -> list[TokenCard]:
        """Return the tokens that were not ended, expired ones too, oldest first; raise `StoreError`."""
        with self._registrar.snapshot() as seen:
            return seen.tokens()

    def ended(self, token_id: str) -> bool:
        """Tell whether there was such a token and somebody ended it; raise `StoreError`."""
        with self._registrar.snapshot() as seen:
            return seen.token_ended(token_id)

    def end(self, token_id: str, *, by: str) -> TokenCard:
        """End a token for ever and return what it was; raise `NotThereError`, `StoreError`."""
        with self._registrar.transaction() as transaction:
            card = next((card for card in transaction.tokens() if card.id == token_id), None)
            if card is None:
                raise NotThereError(
                    gettext("no token that still holds has this id"), hint=gettext("list them")
                )
            now_ms = self._clock.now_ms()
            transaction.end_token(token_id, now_ms, by)
            transaction.add_act(StoredAct(now_ms, by, Permission.TOKEN_END, token_id, card.account))
        return card


def not_held() -> TokenError:
    """Return the one error for every token that does not hold."""
    return TokenError(
        gettext("a token is needed here, and this is none that holds"),
        hint=gettext("send it as 'Authorization: Bearer ...'; the operator of this base makes tokens"),
    )


def _read(text: str) -> Token:
    """Return the token that `text` is, or one that nobody has."""
    try:
        return Token.parse(text)
    except TokenError:
        return Token(_NOBODY, "")


def _check(token_id: str, secret: str) -> str:
    """Return the check characters: the CRC-32 of what stands before them."""
    crc = zlib.crc32(f"rk_{token_id}_{secret}".encode())
    return _written(crc.to_bytes(4), _CHECK_LENGTH)


def _written(number: bytes, length: int) -> str:
    """Return bytes in digits and letters, always `length` of them."""
    rest, letters = int.from_bytes(number), []
    for _ in range(length):
        rest, digit = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[digit])
    assert rest == 0
    return "".join(reversed(letters))
