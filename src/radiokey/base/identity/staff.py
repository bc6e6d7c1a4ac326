"""The staff: organisations, who is invited, who is ended. Specified in docs/spec/staff.md.

A registrar invites clerks, approvers and auditors; another registrar is invited by the operator alone, on the
command line. A link works once. Only the operator gives a new link to a person who ever had a passkey:
otherwise a registrar could take over any account. A name stays with one person for ever and is never a
token's.
"""

import re
from dataclasses import dataclass
from typing import Final

from radiokey.base.identity.roles import INVITABLE, Role
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.tokens import ACCOUNT, OURSELVES
from radiokey.base.ports.identity import (
    StaffCard,
    StoredAccount,
    StoredEnrolment,
    StoredOrganisation,
    StoredProfile,
)
from radiokey.base.ports.store import Randomness, Store, StoredAct, Transaction
from radiokey.clock import DAY_MS, Clock
from radiokey.errors import NameTakenError, NotAllowedError, NotThereError, UsageError
from radiokey.language.speech import gettext, later

OPERATOR: Final = "local"
"""Who acts on the command line of the base."""
LINK_MS: Final = 3 * DAY_MS
LINK: Final = "link"
"""The purpose of the digest of a one-time link."""
INVITED: Final = "invited"
AGAIN: Final = "again"
OFFICE: Final = "office"
"""The kind of organisation that runs the base, or its desk."""
KINDS: Final = ("dealer", OFFICE, "specialist")
KIND_NAMES: Final = {
    "dealer": later("dealer"),
    OFFICE: later("office"),
    "specialist": later("specialist"),
}

_ORGANISATION: Final = re.compile(r"[a-z0-9][a-z0-9./_-]{0,63}")
_HANDLE_SIZE: Final = 16
_NAME_MAX: Final = 100
_SHOWN_MAX: Final = 300
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """What an organisation shows of itself before anybody pays; a specialist has to say all of it."""

    address: str = ""
    register: str = ""
    covers: str = ""
    data_until: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person to invite: the name of the account, their role, for whom they act, what they are called."""

    name: str
    role: Role
    organisation: str
    display: str


class Staff:
    """The staff of one base, as `registrar` keeps it."""

    __slots__ = ("_clock", "_randomness", "_store")

    def __init__(self, store: Store, clock: Clock, randomness: Randomness) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness

    # --- people

    def people(self) -> list[StaffCard]:
        """Return everybody there ever was, by name; raise `StoreError`."""
        with self._store.snapshot() as seen:
            return seen.staff(self._clock.now_ms())

    def invite(self, person: Person, *, by: str) -> Secret:
        """Make an account and return the secret of its one-time link, this once.

        Raises `UsageError`, `NotAllowedError`, `NameTakenError`, `NotThereError`, `StoreError`.
        """
        _check_person(person)
        _check_invites(person.role, by)
        with self._store.transaction() as transaction:
            if transaction.name_used_by(person.name):
                raise NameTakenError(
                    gettext("somebody, or a token, has or had this name"),
                    hint=gettext("a name is never given twice: take another"),
                )
            if all(one.id != person.organisation for one in transaction.organisations()):
                raise NotThereError(
                    gettext("there is no organisation of this id"),
                    hint=gettext("make the organisation first"),
                )
            now_ms = self._clock.now_ms()
            transaction.add_account(
                StoredAccount(
                    name=person.name,
                    role=person.role.value,
                    organisation=person.organisation,
                    display=person.display,
                    handle=self._randomness.bytes(_HANDLE_SIZE),
                    at_ms=now_ms,
                    by=by,
                )
            )
            detail = f"{person.role} of {person.organisation}"
            transaction.add_act(StoredAct(now_ms, by, "staff:invite", person.name, detail))
            return self._link(transaction, person.name, INVITED, by)

    def invite_again(self, name: str, *, by: str) -> Secret:
        """Return the secret of another link of an account.

        As long as it has no passkey a registrar may make it; later the operator alone, and when that link is
        used what the account had before is ended. Raises `NotAllowedError`, `NotThereError`, `StoreError`.
        """
        with self._store.transaction() as transaction:
            card = self._card(transaction, name)
            _check_invites(Role(card.role), by)
            ever = transaction.ever_enrolled(name)
            if ever and by != OPERATOR:
                raise NotAllowedError(
                    gettext("only the operator gives a new link to a person who had a passkey"),
                    hint=gettext(
                        "a recovery code helps; otherwise ask the operator: radiokey base staff invite"
                    ),
                )
            now_ms = self._clock.now_ms()
            transaction.add_act(StoredAct(now_ms, by, "staff:invite-again", name, ""))
            return self._link(transaction, name, AGAIN if ever else INVITED, by)

    def end(self, name: str, *, by: str) -> None:
        """End an account for ever, and whatever it is signed in with.

        Raises `NotAllowedError`, `NotThereError`, `StoreError`.
        """
        with self._store.transaction() as transaction:
            card = self._card(transaction, name)
            _check_ends(card, by)
            now_ms = self._clock.now_ms()
            transaction.end_account(name, now_ms, by)
            transaction.end_sessions(name, now_ms, by)
            transaction.add_act(StoredAct(now_ms, by, "staff:end", name, card.role))

    def end_sessions(self, name: str, *, by: str) -> int:
        """Sign somebody out everywhere; return of how many sessions. Raises as `end`."""
        with self._store.transaction() as transaction:
            card = self._card(transaction, name)
            _check_ends(card, by)
            now_ms = self._clock.now_ms()
            ended = transaction.end_sessions(name, now_ms, by)
            transaction.add_act(StoredAct(now_ms, by, "staff:end-sessions", name, str(ended)))
            return ended

    def _card(self, transaction: Transaction, name: str) -> StaffCard:
        for card in transaction.staff(self._clock.now_ms()):
            if card.name == name and not card.ended_at_ms:
                return card
        raise NotThereError(gettext("nobody of this name is of the staff"), hint=gettext("list them"))

    def _link(self, transaction: Transaction, name: str, kind: str, by: str) -> Secret:
        secret, now_ms = Secret.random(self._randomness), self._clock.now_ms()
        transaction.add_enrolment(
            StoredEnrolment(
                hashed=secret.hashed(LINK),
                account=name,
                kind=kind,
                at_ms=now_ms,
                expires_at_ms=now_ms + LINK_MS,
                by=by,
            )
        )
        return secret

    # --- organisations

    def organisations(self) -> list[StoredOrganisation]:
        """Return all organisations by name; raise `StoreError`."""
        with self._store.snapshot() as seen:
            return seen.organisations()

    def shown(self) -> dict[str, StoredProfile]:
        """Return what each organisation shows now, by its id; raise `StoreError`."""
        with self._store.snapshot() as seen:
            return {one.organisation: one for one in seen.shown()}

    def add_organisation(
        self, organisation_id: str, name: str, kind: str, shows: PublicProfile, *, by: str
    ) -> None:
        """Make an organisation, with what it shows; raise `UsageError`, `NameTakenError`, `StoreError`."""
        if not _ORGANISATION.fullmatch(organisation_id):
            raise UsageError(
                gettext("an organisation has an id of 1 to 64 small letters, digits, dots, dashes, / and _"),
                hint=gettext("like autohaus-nord"),
            )
        if not (0 < len(name) <= _NAME_MAX and name.isprintable()) or kind not in KINDS:
            raise UsageError(
                gettext(
                    "an organisation has a name of 1 to {name_max} characters and a kind", name_max=_NAME_MAX
                ),
                hint=gettext("the kinds are {names}", names=", ".join(KINDS)),
            )
        _check_shown(shows, kind)
        with self._store.transaction() as transaction:
            if any(organisation_id == one.id or name == one.name for one in transaction.organisations()):
                raise NameTakenError(
                    gettext("there is an organisation of this id or name"), hint=gettext("take another")
                )
            now_ms = self._clock.now_ms()
            transaction.add_organisation(StoredOrganisation(organisation_id, name, kind, now_ms, by))
            transaction.add_act(StoredAct(now_ms, by, "organisation:add", organisation_id, f"{kind}: {name}"))
            if shows != PublicProfile():
                self._show(transaction, organisation_id, 1, shows, by)

    def office_of(self, house: str, *, by: str) -> str:
        """Return the id of the office of the operator; it is made with its first person.

        Raises `UsageError`, `StoreError`.
        """
        if all(one.id != house for one in self.organisations()):
            self.add_organisation(house, house[:_NAME_MAX], OFFICE, PublicProfile(), by=by)
        return house

    def show(self, organisation_id: str, shows: PublicProfile, *, by: str) -> None:
        """Record what an organisation shows now; raise `UsageError`, `NotThereError`, `StoreError`."""
        with self._store.transaction() as transaction:
            kind = next((one.kind for one in transaction.organisations() if one.id == organisation_id), None)
            if kind is None:
                raise NotThereError(gettext("there is no organisation of this id"), hint=gettext("list them"))
            _check_shown(shows, kind)
            last = next((one.number for one in transaction.shown() if one.organisation == organisation_id), 0)
            self._show(transaction, organisation_id, last + 1, shows, by)

    def _show(
        self, transaction: Transaction, organisation_id: str, number: int, shows: PublicProfile, by: str
    ) -> None:
        now_ms = self._clock.now_ms()
        transaction.add_shown(
            StoredProfile(
                organisation=organisation_id,
                number=number,
                address=shows.address,
                register=shows.register,
                covers=shows.covers,
                data_until=shows.data_until,
                price=shows.price,
                at_ms=now_ms,
                by=by,
            )
        )
        transaction.add_act(StoredAct(now_ms, by, "organisation:show", organisation_id, shows.data_until))


def _check_person(person: Person) -> None:
    if not ACCOUNT.fullmatch(person.name) or person.name in OURSELVES:
        raise UsageError(
            gettext("an account is named by 1 to 64 small letters, digits, dots, dashes, _ and @"),
            hint=gettext("not {names}", names=", ".join(sorted(OURSELVES))),
        )
    if not (0 < len(person.display) <= _NAME_MAX and person.display.isprintable()):
        raise UsageError(
            gettext("a person is called by 1 to {name_max} characters", name_max=_NAME_MAX),
            hint=gettext("first and last name"),
        )


def _check_invites(role: Role, by: str) -> None:
    if role not in INVITABLE and by != OPERATOR:
        raise NotAllowedError(
            gettext("a registrar is invited by the operator alone"),
            hint=gettext("ask the operator of this base: radiokey base staff invite NAME --role registrar"),
        )


def _check_ends(card: StaffCard, by: str) -> None:
    if Role(card.role) not in INVITABLE and by not in {OPERATOR, card.name}:
        raise NotAllowedError(
            gettext("a registrar is ended by the operator alone"),
            hint=gettext("ask the operator of this base: radiokey base staff end"),
        )


def _check_shown(shows: PublicProfile, kind: str) -> None:
    said = (shows.address, shows.register, shows.covers, shows.data_until, shows.price)
    if any(len(text) > _SHOWN_MAX or (text and not text.isprintable()) for text in said):
        raise UsageError(
            gettext(
                "what an organisation shows has up to {shown_max} characters a line", shown_max=_SHOWN_MAX
            ),
            hint=gettext("shorten it"),
        )
    if kind == "specialist" and not all(said):
        raise UsageError(
            gettext(
                "a specialist shows address, register, the radios covered, how new the data is, and the price"
            ),
            hint=gettext("a specialist who does not show this before payment is not listed here"),
        )
    if shows.data_until and not _MONTH.fullmatch(shows.data_until):
        raise UsageError(
            gettext("how new the data is reads like 2026-03"),
            hint=gettext("year and month of its newest radio"),
        )
