"""The desk's part of a transaction on either database, said in named statements."""

from collections.abc import Collection

from radiokey.base.ports.requests import (
    Due,
    Mail,
    RequestAct,
    RequestLine,
    StoredMessage,
    StoredPaper,
    StoredRequest,
)
from radiokey.base.sql import rows
from radiokey.base.sql.statements import Statements


class DeskStatements:
    """See `radiokey.base.ports.requests.DeskTransaction`."""

    __slots__ = ()

    _statements: Statements

    def add_request(self, request: StoredRequest) -> None:
        self._statements.run(
            "add_request",
            id=request.id,
            organisation=request.organisation,
            requester=request.requester,
            kind=request.kind,
            number=request.number,
            serial=request.serial,
            label=request.label,
            model=request.model,
            make=request.make,
            vin=request.vin,
            language=request.language,
            at_ms=request.at_ms,
        )

    def request(self, request_id: str) -> StoredRequest | None:
        row = self._statements.row("request", id=request_id)
        return rows.typed(StoredRequest, row) if row else None

    def add_request_act(self, act: RequestAct) -> None:
        self._statements.run(
            "add_request_act",
            request=act.request,
            number=act.number,
            act=act.act,
            by=act.by,
            at_ms=act.at_ms,
            state=act.state,
            due_ms=act.due_ms,
            detail=act.detail,
        )

    def request_acts(self, request_id: str) -> list[RequestAct]:
        found = self._statements.rows("request_acts", request=request_id)
        return [rows.typed(RequestAct, row) for row in found]

    def queue(self, state: str, after: Due, limit: int, organisation: str | None = None) -> list[RequestLine]:
        after_ms, request = after
        asked: dict[str, str | int] = {"state": state, "after_ms": after_ms, "after": request, "count": limit}
        if organisation is None:
            found = self._statements.rows("queue", **asked)
        else:
            found = self._statements.rows("queue_of", organisation=organisation, **asked)
        return [rows.typed(RequestLine, row) for row in found]

    def queue_length(self, state: str, most: int, organisation: str | None = None) -> int:
        if organisation is None:
            return rows.count(self._statements.value("queue_length", state=state, most=most))
        asked = {"organisation": organisation, "state": state}
        return rows.count(self._statements.value("queue_length_of", **asked, most=most))

    def to_remind(self, state: str, reminders: int, until_ms: int, after: Due, limit: int) -> list[Due]:
        after_ms, request = after
        found = self._statements.rows(
            "to_remind",
            state=state,
            reminders=reminders,
            until_ms=until_ms,
            after_ms=after_ms,
            after=request,
            count=limit,
        )
        return [(rows.count(due_ms), rows.text(request)) for due_ms, request in found]

    def requests_about(self, kinds: Collection[str], numbers: Collection[str]) -> list[RequestLine]:
        listed = {"kinds": rows.listed(kinds), "numbers": rows.listed(numbers)}
        return [rows.typed(RequestLine, row) for row in self._statements.rows("requests_about", **listed)]

    def median_answer(self, since_ms: int, most: int) -> int | None:
        value = self._statements.value("median_answer", since_ms=since_ms, most=most)
        return None if value is None else rows.count(value)

    def refusals(self, since_ms: int, most: int) -> dict[str, int]:
        found = self._statements.rows("refusals", since_ms=since_ms, most=most)
        return {rows.text(detail): rows.count(count) for detail, count in found}

    def registrars_of(self, kind: str, number: str) -> frozenset[str]:
        found = self._statements.rows("registrars_of", kind=kind, number=number)
        return frozenset(rows.text(by) for (by,) in found)

    def add_message(self, message: StoredMessage) -> None:
        self._statements.run(
            "add_message",
            request=message.request,
            side=message.side,
            by=message.by,
            at_ms=message.at_ms,
            text=message.text,
        )

    def messages(self, request_id: str) -> list[StoredMessage]:
        found = self._statements.rows("messages", request=request_id)
        return [rows.typed(StoredMessage, row) for row in found]

    def add_mail(self, request_id: str, number: int, template: str, language: str, at_ms: int) -> None:
        values = {"request": request_id, "template": template, "language": language}
        self._statements.run("add_mail", **values, number=number, at_ms=at_ms)

    def mails_to_send(self, limit: int, until_ms: int) -> list[Mail]:
        found = self._statements.rows("mails_to_send", count=limit, until_ms=until_ms)
        return [rows.typed(Mail, row) for row in found]

    def hold_mail(self, mail_id: int, was: int, tries: int, next_ms: int) -> None:
        self._statements.run("hold_mail", id=mail_id, was=was, tries=tries, next_ms=next_ms)

    def mails_waiting(self) -> tuple[int, int]:
        row = self._statements.row("mails_waiting")
        assert row is not None  # a count is one row
        return rows.count(row[0]), rows.count(row[1])

    def add_mail_given_up(self, mail_id: int, at_ms: int, tries: int) -> None:
        self._statements.run("add_mail_given_up", id=mail_id, at_ms=at_ms, tries=tries)

    def mails_given_up(self) -> int:
        return rows.count(self._statements.value("mails_given_up"))

    def mail_given_up(self, request_id: str) -> bool:
        return rows.count(self._statements.value("mail_given_up", request=request_id)) > 0

    def mail_server(self) -> tuple[int, int]:
        row = self._statements.row("mail_server")
        return (0, 0) if row is None else (rows.count(row[0]), rows.count(row[1]))

    def set_mail_server(self, failures: int, next_ms: int) -> None:
        self._statements.run("set_mail_server", failures=failures, next_ms=next_ms)

    def add_mail_sent(self, mail_id: int, at_ms: int) -> None:
        self._statements.run("add_mail_sent", id=mail_id, at_ms=at_ms)

    def add_mail_refused(self, mail_id: int, at_ms: int, reply: int) -> None:
        self._statements.run("add_mail_refused", id=mail_id, at_ms=at_ms, reply=reply)

    def mail_refused(self, request_id: str) -> bool:
        return rows.count(self._statements.value("mail_refused", request=request_id)) > 0

    def add_paper(self, paper: StoredPaper) -> None:
        self._statements.run(
            "add_paper",
            id=paper.id,
            request=paper.request,
            kind=paper.kind,
            at_ms=paper.at_ms,
            media=paper.media,
            received=paper.received_sha256,
            stored=paper.stored_sha256,
            key=paper.key,
            sealed=paper.sealed,
        )

    def paper(self, request_id: str, paper_id: str) -> StoredPaper | None:
        row = self._statements.row("paper", id=paper_id, request=request_id)
        return rows.typed(StoredPaper, row) if row else None

    def papers_kept(self, request_id: str) -> dict[str, str]:
        found = self._statements.rows("papers_kept", request=request_id)
        return {rows.text(paper): rows.text(media) for paper, media in found}

    def papers_due(self, kind: str, since_ms: int | None, until_ms: int) -> list[str]:
        if since_ms is None:
            found = self._statements.rows("papers_overdue", kind=kind, until_ms=until_ms)
        else:
            found = self._statements.rows("papers_due", kind=kind, since_ms=since_ms, until_ms=until_ms)
        return [rows.text(paper) for (paper,) in found]

    def drop_paper(self, paper_id: str) -> str | None:
        row = self._statements.row("drop_paper", id=paper_id)
        return None if row is None else rows.text(row[1])

    def papers_sealed_with(self) -> dict[str, int]:
        found = self._statements.rows("papers_sealed_with")
        return {rows.text(key): rows.count(count) for key, count in found}

    def add_contact(self, request_id: str, sealed: bytes) -> None:
        self._statements.run("add_contact", request=request_id, sealed=sealed)

    def contacts_due(self, since_ms: int | None, before_ms: int) -> list[str]:
        if since_ms is None:
            found = self._statements.rows("contacts_overdue", before_ms=before_ms)
        else:
            found = self._statements.rows("contacts_due", since_ms=since_ms, before_ms=before_ms)
        return [rows.text(request) for (request,) in found]

    def drop_contact(self, request_id: str) -> None:
        self._statements.run("drop_contact", request=request_id)
