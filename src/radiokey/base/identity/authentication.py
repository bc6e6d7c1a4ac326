"""Authentication of the staff: enrolment, sign-in, sessions, recovery. Specified in docs/spec/staff.md.

Enrolling takes a one-time link and leaves a passkey and ten recovery codes; signing in takes a passkey and
leaves a session under a new id; a recovery code leads to a new link and to nothing else. A session ends after
30 minutes without a request, after 12 hours at most, and when its owner, a registrar or the operator ends it.
A passkey whose count does not rise was copied: it is ended, with every session of its owner.

Whatever is wrong - nobody of that name, another's passkey, a code that was used - is one error after the same
work.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.base.identity.passkeys import Passkeys, Registered, not_signed_in, written
from radiokey.base.identity.roles import ROLES, Permission, Role
from radiokey.base.identity.secret_values import RecoveryCode, Secret
from radiokey.base.identity.staff import AGAIN, LINK
from radiokey.base.identity.tokens import ACCOUNT
from radiokey.base.limits import Limits, RateLimiter
from radiokey.base.ports.identity import StoredAccount, StoredEnrolment, StoredPasskey, StoredSession
from radiokey.base.ports.store import Randomness, Store, StoredAct, Transaction
from radiokey.clock import HOUR_MS, MINUTE_MS, Clock
from radiokey.errors import LinkError, NotAllowedError, NotThereError, SignedOutError, UsageError
from radiokey.language.speech import gettext

IDLE_MS: Final = 30 * MINUTE_MS
WHOLE_MS: Final = 12 * HOUR_MS
RECENT_MS: Final = 10 * MINUTE_MS
"""How long after signing in somebody may change what they sign in with."""
SEEN_MS: Final = MINUTE_MS
"""How old the stored time of a session's last request may become before it is written again."""
RECOVERED_MS: Final = 15 * MINUTE_MS
RECOVERY_CODES: Final = 10
PASSKEYS_MAX: Final = 10

_SESSION: Final = "session"
_RECOVERED: Final = "recovered"
_SIGN_IN: Final = "sign-in"
_LABEL_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, by which session (the digest of its id, hex), since when."""

    account: str
    display: str
    role: Role
    organisation: str
    session: str
    since_ms: int

    @property
    def scopes(self) -> frozenset[Permission]:
        """What they may."""
        return ROLES[self.role]


@dataclass(frozen=True, slots=True)
class EnrolmentOffer:
    """What the page of a one-time link shows, and what it asks the browser (JSON)."""

    account: StoredAccount
    kind: str
    ask: str


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """What somebody sees of their own: passkeys, sessions, how many recovery codes are left."""

    passkeys: tuple[StoredPasskey, ...]
    sessions: tuple[StoredSession, ...]
    codes: int


class Authentication:
    """Signs the staff of one base in and out; `gate` is its store."""

    def __init__(
        self, gate: Store, passkeys: Passkeys, clock: Clock, randomness: Randomness, limits: Limits
    ) -> None:
        self.passkeys = passkeys
        self._gate = gate
        self._clock = clock
        self._randomness = randomness
        self._limits = limits

    # --- a one-time link

    def welcome(self, link: Secret) -> EnrolmentOffer:
        """Return what the page of a link shows; raise `LinkError` where it holds no more, `StoreError`."""
        hashed = link.hashed(LINK)
        with self._gate.snapshot() as seen:
            enrolment, account = self._enrolment(seen, hashed)
            known = () if enrolment.kind == AGAIN else tuple(one.id for one in seen.passkeys(account.name))
        ask = self.passkeys.ask_new(_enrols(hashed), account.name, account.display, account.handle, known)
        return EnrolmentOffer(account, enrolment.kind, ask)

    def enrol(self, link: Secret, label: str, text: str) -> tuple[RecoveryCode, ...]:
        """Register the passkey that a browser made for a link; return the recovery codes, this once.

        A person who used a recovery code keeps the codes they have, and gets no new ones. Raises `LinkError`,
        `SignInError`, `UsageError`, `StoreError`.
        """
        label, hashed = _label(label), link.hashed(LINK)
        made = self.passkeys.registered(_enrols(hashed), text)
        with self._gate.concurrent_transaction() as transaction:
            enrolment, account = self._enrolment(transaction, hashed)
            now_ms = self._clock.now_ms()
            if enrolment.kind == AGAIN:
                for old in transaction.passkeys(account.name):
                    transaction.end_passkey(old.id, now_ms, account.name, "replaced")
            transaction.end_sessions(account.name, now_ms, account.name)
            transaction.use_enrolment(hashed, now_ms)
            self._add_passkey(transaction, account.name, label, made)
            return () if enrolment.kind == _RECOVERED else self._new_codes(transaction, account.name)

    def _enrolment(self, transaction: Transaction, hashed: bytes) -> tuple[StoredEnrolment, StoredAccount]:
        enrolment = transaction.enrolment(hashed, self._clock.now_ms())
        account = transaction.account(enrolment.account if enrolment else "")
        if enrolment is None or account is None:
            raise LinkError(
                gettext("this link was used, its time is over, or it is none"),
                hint=gettext("ask the sender for a new one"),
            )
        return enrolment, account

    # --- sign-in

    def ask(self) -> str:
        """Return the sign-in question for a browser (WebAuthn options as JSON)."""
        return self.passkeys.ask(_SIGN_IN)

    def sign_in(self, text: str) -> tuple[Secret, SignedIn]:
        """Return the id of a new session, this once, and who it is; raise `SignInError`, `StoreError`."""
        answer = self.passkeys.read(_SIGN_IN, text)
        with self._gate.snapshot() as seen:
            passkey = seen.passkey(answer.id)
        counter = self.passkeys.counted(answer, passkey.public_key if passkey else None)
        session = Secret.random(self._randomness)
        with self._gate.concurrent_transaction() as transaction:
            account = self._counted(transaction, answer.id, answer.challenge, counter)
            if account is None or account.handle != answer.handle:
                stored = None
            else:
                now_ms = self._clock.now_ms()
                stored = StoredSession(
                    hashed=session.hashed(_SESSION),
                    account=account.name,
                    passkey=answer.id,
                    challenge=answer.challenge,
                    at_ms=now_ms,
                    expires_at_ms=now_ms + WHOLE_MS,
                    seen_ms=now_ms,
                )
                transaction.add_session(stored)
                transaction.add_act(
                    StoredAct(now_ms, account.name, "session:begin", account.name, account.role)
                )
        if stored is None or account is None:
            raise not_signed_in()
        return session, _signed_in(account, stored)

    def _counted(
        self, transaction: Transaction, passkey_id: bytes, challenge: bytes, counter: int
    ) -> StoredAccount | None:
        """Record what a passkey counted and return whose it is; `None` where its answer counts for nothing.

        An answer that was given before counts for nothing, and so does one of a passkey that was copied.
        """
        passkey = transaction.passkey(passkey_id)
        account = transaction.account(passkey.account) if passkey else None
        if passkey is None or account is None or transaction.answered(challenge):
            return None
        now_ms = self._clock.now_ms()
        if (passkey.counter or counter) and counter <= passkey.counter:
            transaction.end_passkey(passkey.id, now_ms, account.name, "copied")
            transaction.end_sessions(account.name, now_ms, account.name)
            detail = f"{passkey.counter} then {counter}"
            transaction.add_act(
                StoredAct(now_ms, account.name, "passkey:copied", written(passkey.id), detail)
            )
            return None
        return account if transaction.count_passkey(passkey.id, passkey.counter, counter, now_ms) else None

    def recover(self, name: str, code: RecoveryCode, client: str) -> Secret:
        """Use up a recovery code and return the secret of a new link.

        Raises `SignInError`, `LimitReachedError`, `StoreError`.
        """
        name = name if ACCOUNT.fullmatch(name) else "-"
        self._count_try(name, client)
        link, hashed = Secret.random(self._randomness), code.hashed(f"recovery code of {name}")
        with self._gate.concurrent_transaction() as transaction:
            account = transaction.account(transaction.recovery_code(hashed) or "")
            if account is None:
                raise not_signed_in()
            now_ms = self._clock.now_ms()
            transaction.use_recovery_code(hashed, now_ms)
            transaction.add_enrolment(
                StoredEnrolment(
                    hashed=link.hashed(LINK),
                    account=account.name,
                    kind=_RECOVERED,
                    at_ms=now_ms,
                    expires_at_ms=now_ms + RECOVERED_MS,
                    by=account.name,
                )
            )
            transaction.add_act(StoredAct(now_ms, account.name, "recovery:use", account.name, ""))
        return link

    def _count_try(self, name: str, client: str) -> None:
        """Take one try, durably and before anything is compared; raise `LimitReachedError`."""
        tries = (("recovery", f"recovery:client:{client}"), ("recovery-account", f"recovery:account:{name}"))
        with self._gate.concurrent_transaction() as transaction:
            RateLimiter(transaction, self._limits, tries).use(tries, self._clock.now_ms())

    # --- sessions

    def who(self, session: Secret) -> SignedIn:
        """Return who is signed in by the session of that id; raise `SignedOutError`, `StoreError`."""
        hashed, now_ms = session.hashed(_SESSION), self._clock.now_ms()
        with self._gate.snapshot() as seen:
            stored = seen.session(hashed, now_ms)
            account = seen.account(stored.account) if stored else None
        if stored is None or account is None or now_ms - stored.seen_ms >= IDLE_MS:
            raise SignedOutError(
                gettext("you are not signed in, or not any more"),
                hint=gettext("sign in; the page comes back"),
            )
        if now_ms - stored.seen_ms >= SEEN_MS:
            with self._gate.concurrent_transaction() as transaction:
                transaction.see_session(hashed, now_ms)
        return _signed_in(account, stored)

    def sign_out(self, who: SignedIn) -> None:
        """End the session that somebody is signed in by; raise `StoreError`."""
        self.end_session(who, who.session)

    def end_session(self, who: SignedIn, session: str) -> None:
        """End one of the caller's sessions, named by its digest; raise `NotThereError`, `StoreError`."""
        with self._gate.concurrent_transaction() as transaction:
            now_ms = self._clock.now_ms()
            found = [one for one in transaction.sessions(who.account, now_ms) if one.hashed.hex() == session]
            if not found:
                raise NotThereError(
                    gettext("no session of yours is that one"), hint=gettext("look at the list again")
                )
            transaction.end_session(found[0].hashed, now_ms, who.account)
            transaction.add_act(StoredAct(now_ms, who.account, "session:end", who.account, ""))

    def sign_out_everywhere(self, who: SignedIn) -> int:
        """End all of somebody's sessions, this one too; return how many."""
        with self._gate.concurrent_transaction() as transaction:
            now_ms = self._clock.now_ms()
            ended = transaction.end_sessions(who.account, now_ms, who.account)
            transaction.add_act(StoredAct(now_ms, who.account, "session:end-all", who.account, str(ended)))
        return ended

    # --- the account of the person who is signed in

    def mine(self, who: SignedIn) -> AccountOverview:
        """Return what somebody sees of their own; raise `StoreError`."""
        with self._gate.snapshot() as seen:
            return AccountOverview(
                tuple(seen.passkeys(who.account)),
                tuple(seen.sessions(who.account, self._clock.now_ms())),
                seen.recovery_codes(who.account),
            )

    def ask_another(self, who: SignedIn) -> str:
        """Return what to ask a browser for one more passkey."""
        with self._gate.snapshot() as seen:
            account, known = seen.account(who.account), seen.passkeys(who.account)
        assert account is not None
        ids = tuple(one.id for one in known)
        return self.passkeys.ask_new(_adds(who), account.name, account.display, account.handle, ids)

    def add_passkey(self, who: SignedIn, label: str, text: str) -> None:
        """Register one more passkey.

        Raises `SignedOutError` where the sign-in is not recent, `SignInError`, `UsageError`, `StoreError`.
        """
        self._require_recent(who)
        label, made = _label(label), self.passkeys.registered(_adds(who), text)
        with self._gate.concurrent_transaction() as transaction:
            if len(transaction.passkeys(who.account)) >= PASSKEYS_MAX:
                raise UsageError(
                    gettext("a person has up to {passkeys_max} passkeys", passkeys_max=PASSKEYS_MAX),
                    hint=gettext("remove one first"),
                )
            self._add_passkey(transaction, who.account, label, made)

    def remove_passkey(self, who: SignedIn, passkey_id: str) -> None:
        """End one of the caller's passkeys and the sessions that it opened. Never the last passkey.

        Raises `SignedOutError`, `NotThereError`, `NotAllowedError`, `StoreError`.
        """
        self._require_recent(who)
        with self._gate.concurrent_transaction() as transaction:
            own = transaction.passkeys(who.account)
            found = [one for one in own if written(one.id) == passkey_id]
            if not found:
                raise NotThereError(
                    gettext("no passkey of yours is that one"), hint=gettext("look at the list again")
                )
            if len(own) == 1:
                raise NotAllowedError(
                    gettext("the last passkey stays"), hint=gettext("add another one first")
                )
            now_ms = self._clock.now_ms()
            transaction.end_passkey(found[0].id, now_ms, who.account, "removed")
            transaction.add_act(StoredAct(now_ms, who.account, "passkey:remove", passkey_id, found[0].label))

    def renew_codes(self, who: SignedIn) -> tuple[RecoveryCode, ...]:
        """Return ten new recovery codes, this once; the old end. Raises `SignedOutError`, `StoreError`."""
        self._require_recent(who)
        with self._gate.concurrent_transaction() as transaction:
            return self._new_codes(transaction, who.account)

    # --- confirming an act

    def ask_confirmation(self, who: SignedIn, act: str) -> str:
        """Return what to ask the browser of somebody about to do `act`, like `request:approve r1 7`."""
        with self._gate.snapshot() as seen:
            known = tuple(one.id for one in seen.passkeys(who.account))
        return self.passkeys.ask(_confirms(who, act), known)

    def confirm(self, who: SignedIn, act: str, text: str) -> None:
        """Take somebody's passkey as their word for `act`, once; raise `SignInError`, `StoreError`."""
        answer = self.passkeys.read(_confirms(who, act), text)
        with self._gate.snapshot() as seen:
            passkey = seen.passkey(answer.id)
        own = passkey is not None and passkey.account == who.account
        counter = self.passkeys.counted(answer, passkey.public_key if passkey and own else None)
        with self._gate.concurrent_transaction() as transaction:
            account = self._counted(transaction, answer.id, answer.challenge, counter)
            if account is not None:
                now_ms = self._clock.now_ms()
                transaction.add_confirmation(answer.challenge, account.name, act, now_ms)
                transaction.add_act(StoredAct(now_ms, account.name, "passkey:confirm", account.name, act))
        if account is None:
            raise not_signed_in()

    # --- in one transaction

    def _add_passkey(self, transaction: Transaction, account: str, label: str, made: Registered) -> None:
        if transaction.passkey_taken(made.id) or transaction.answered(made.challenge):
            raise not_signed_in()
        now_ms = self._clock.now_ms()
        transaction.add_passkey(
            StoredPasskey(
                id=made.id,
                account=account,
                public_key=made.public_key,
                label=label,
                challenge=made.challenge,
                at_ms=now_ms,
                counter=made.counter,
                used_ms=now_ms,
            )
        )
        transaction.add_act(StoredAct(now_ms, account, "passkey:add", written(made.id), label))

    def _new_codes(self, transaction: Transaction, account: str) -> tuple[RecoveryCode, ...]:
        codes = tuple(RecoveryCode.random(self._randomness) for _ in range(RECOVERY_CODES))
        now_ms = self._clock.now_ms()
        transaction.replace_recovery_codes(account, now_ms)
        for code in codes:
            transaction.add_recovery_code(code.hashed(f"recovery code of {account}"), account, now_ms)
        transaction.add_act(StoredAct(now_ms, account, "recovery:make", account, str(len(codes))))
        return codes

    def _require_recent(self, who: SignedIn) -> None:
        if self._clock.now_ms() - who.since_ms >= RECENT_MS:
            raise SignedOutError(
                gettext("this takes a sign-in of the last ten minutes"),
                hint=gettext("sign out, sign in, and do it again"),
            )


def _signed_in(account: StoredAccount, session: StoredSession) -> SignedIn:
    return SignedIn(
        account.name,
        account.display,
        Role(account.role),
        account.organisation,
        session.hashed.hex(),
        session.at_ms,
    )


def _label(text: str) -> str:
    label = " ".join(text.split()) or "passkey"
    if len(label) > _LABEL_MAX or not label.isprintable():
        raise UsageError(
            gettext("the name of a passkey has up to {label_max} characters", label_max=_LABEL_MAX),
            hint=gettext("like: phone, key ring"),
        )
    return label


def _enrols(hashed: bytes) -> str:
    return f"enrol {hashed.hex()}"


def _adds(who: SignedIn) -> str:
    return f"add {who.account}"


def _confirms(who: SignedIn, act: str) -> str:
    return f"confirm {who.account} {act}"
