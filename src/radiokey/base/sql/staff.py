"""The staff's part of a transaction on either database, said in named statements."""

from radiokey.base.ports.identity import (
    StaffCard,
    StoredAccount,
    StoredEnrolment,
    StoredOrganisation,
    StoredPasskey,
    StoredProfile,
    StoredSession,
)
from radiokey.base.sql import rows
from radiokey.base.sql.statements import Statements


class StaffStatements:
    """See `radiokey.base.ports.identity.StaffTransaction`."""

    __slots__ = ()

    _statements: Statements

    # --- organisations

    def organisations(self) -> list[StoredOrganisation]:
        return [rows.typed(StoredOrganisation, row) for row in self._statements.rows("organisations")]

    def add_organisation(self, organisation: StoredOrganisation) -> None:
        self._statements.run(
            "add_organisation",
            id=organisation.id,
            name=organisation.name,
            kind=organisation.kind,
            at_ms=organisation.at_ms,
            by=organisation.by,
        )

    def shown(self) -> list[StoredProfile]:
        return [rows.typed(StoredProfile, row) for row in self._statements.rows("shown")]

    def add_shown(self, shown: StoredProfile) -> None:
        self._statements.run(
            "add_shown",
            organisation=shown.organisation,
            number=shown.number,
            address=shown.address,
            register=shown.register,
            covers=shown.covers,
            data_until=shown.data_until,
            price=shown.price,
            at_ms=shown.at_ms,
            by=shown.by,
        )

    # --- accounts and their links

    def account(self, name: str) -> StoredAccount | None:
        row = self._statements.row("account", name=name)
        return rows.typed(StoredAccount, row) if row else None

    def account_of_handle(self, handle: bytes) -> StoredAccount | None:
        row = self._statements.row("account_of_handle", handle=handle)
        return rows.typed(StoredAccount, row) if row else None

    def name_used_by(self, name: str) -> str:
        value = self._statements.value("name_used_by", name=name)
        return "" if value is None else rows.text(value)

    def staff(self, now_ms: int) -> list[StaffCard]:
        return [rows.typed(StaffCard, row) for row in self._statements.rows("staff", now_ms=now_ms)]

    def add_account(self, account: StoredAccount) -> None:
        self._statements.run(
            "add_account",
            name=account.name,
            role=account.role,
            organisation=account.organisation,
            display=account.display,
            handle=account.handle,
            at_ms=account.at_ms,
            by=account.by,
        )

    def end_account(self, name: str, at_ms: int, by: str) -> None:
        self._statements.run("end_account", name=name, at_ms=at_ms, by=by)

    def enrolment(self, hashed: bytes, now_ms: int) -> StoredEnrolment | None:
        row = self._statements.row("enrolment", hashed=hashed, now_ms=now_ms)
        return rows.typed(StoredEnrolment, row) if row else None

    def ever_enrolled(self, account: str) -> bool:
        return self._statements.row("ever_enrolled", account=account) is not None

    def add_enrolment(self, enrolment: StoredEnrolment) -> None:
        self._statements.run(
            "add_enrolment",
            hashed=enrolment.hashed,
            account=enrolment.account,
            kind=enrolment.kind,
            at_ms=enrolment.at_ms,
            expires_at_ms=enrolment.expires_at_ms,
            by=enrolment.by,
        )

    def use_enrolment(self, hashed: bytes, at_ms: int) -> None:
        self._statements.run("use_enrolment", hashed=hashed, at_ms=at_ms)

    # --- passkeys and recovery codes

    def passkey(self, passkey_id: bytes) -> StoredPasskey | None:
        row = self._statements.row("passkey", id=passkey_id)
        return rows.typed(StoredPasskey, row) if row else None

    def passkey_taken(self, passkey_id: bytes) -> bool:
        return self._statements.row("passkey_taken", id=passkey_id) is not None

    def passkeys(self, account: str) -> list[StoredPasskey]:
        found = self._statements.rows("passkeys", account=account)
        return [rows.typed(StoredPasskey, row) for row in found]

    def add_passkey(self, passkey: StoredPasskey) -> None:
        self._statements.run(
            "add_passkey",
            id=passkey.id,
            account=passkey.account,
            public_key=passkey.public_key,
            label=passkey.label,
            challenge=passkey.challenge,
            at_ms=passkey.at_ms,
            counter=passkey.counter,
            used_ms=passkey.used_ms,
        )

    def count_passkey(self, passkey_id: bytes, was: int, counter: int, at_ms: int) -> bool:
        changed = self._statements.row("count_passkey", id=passkey_id, was=was, counter=counter, at_ms=at_ms)
        return changed is not None

    def end_passkey(self, passkey_id: bytes, at_ms: int, by: str, reason: str) -> None:
        self._statements.run("end_passkey", id=passkey_id, at_ms=at_ms, by=by, reason=reason)

    def recovery_codes(self, account: str) -> int:
        return rows.count(self._statements.value("recovery_codes", account=account))

    def recovery_code(self, hashed: bytes) -> str | None:
        value = self._statements.value("recovery_code", hashed=hashed)
        return None if value is None else rows.text(value)

    def add_recovery_code(self, hashed: bytes, account: str, at_ms: int) -> None:
        self._statements.run("add_recovery_code", hashed=hashed, account=account, at_ms=at_ms)

    def use_recovery_code(self, hashed: bytes, at_ms: int) -> None:
        self._statements.run("use_recovery_code", hashed=hashed, at_ms=at_ms)

    def replace_recovery_codes(self, account: str, at_ms: int) -> None:
        self._statements.run("replace_recovery_codes", account=account, at_ms=at_ms)

    # --- sessions

    def session(self, hashed: bytes, now_ms: int) -> StoredSession | None:
        row = self._statements.row("session", hashed=hashed, now_ms=now_ms)
        return rows.typed(StoredSession, row) if row else None

    def sessions(self, account: str, now_ms: int) -> list[StoredSession]:
        found = self._statements.rows("sessions", account=account, now_ms=now_ms)
        return [rows.typed(StoredSession, row) for row in found]

    def add_session(self, session: StoredSession) -> None:
        self._statements.run(
            "add_session",
            hashed=session.hashed,
            account=session.account,
            passkey=session.passkey,
            challenge=session.challenge,
            at_ms=session.at_ms,
            expires_at_ms=session.expires_at_ms,
            seen_ms=session.seen_ms,
        )

    def see_session(self, hashed: bytes, at_ms: int) -> None:
        self._statements.run("see_session", hashed=hashed, at_ms=at_ms)

    def end_session(self, hashed: bytes, at_ms: int, by: str) -> None:
        self._statements.run("end_session", hashed=hashed, at_ms=at_ms, by=by)

    def end_sessions(self, account: str, at_ms: int, by: str) -> int:
        return sum(1 for _ in self._statements.rows("end_sessions", account=account, at_ms=at_ms, by=by))

    def answered(self, challenge: bytes) -> bool:
        return self._statements.row("answered", challenge=challenge) is not None

    def add_confirmation(self, challenge: bytes, account: str, act: str, at_ms: int) -> None:
        self._statements.run("add_confirmation", challenge=challenge, account=account, act=act, at_ms=at_ms)
