"""The desk's part of a transaction on either database, said in named statements."""

from collections.abc import Collection

from radiokey.base.desk_ports import (
    EndedRequest,
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
    """See `radiokey.base.desk_ports.DeskTransaction`."""

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

    def requests_in(self, state: str) -> list[RequestLine]:
        return [rows.typed(RequestLine, row) for row in self._statements.rows("requests_in", state=state)]

    def requests_about(self, kinds: Collection[str], numbers: Collection[str]) -> list[RequestLine]:
        listed = {"kinds": rows.listed(kinds), "numbers": rows.listed(numbers)}
        return [rows.typed(RequestLine, row) for row in self._statements.rows("requests_about", **listed)]

    def requests_ended(self, since_ms: int) -> list[EndedRequest]:
        found = self._statements.rows("requests_ended", since_ms=since_ms)
        return [rows.typed(EndedRequest, row) for row in found]

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

    def add_mail(self, request_id: str, number: int, template: str, language: str) -> None:
        self._statements.run(
            "add_mail", request=request_id, number=number, template=template, language=language
        )

    def mails_to_send(self, limit: int, after: int = 0) -> list[Mail]:
        found = self._statements.rows("mails_to_send", count=limit, after=after)
        return [rows.typed(Mail, row) for row in found]

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

    def drop_papers(self, kind: str, until_ms: int) -> list[tuple[str, str]]:
        found = self._statements.rows("drop_papers", kind=kind, until_ms=until_ms)
        return [(rows.text(paper), rows.text(request)) for paper, request in found]

    def papers_sealed_with(self) -> dict[str, int]:
        found = self._statements.rows("papers_sealed_with")
        return {rows.text(key): rows.count(count) for key, count in found}

    def add_contact(self, request_id: str, sealed: bytes) -> None:
        self._statements.run("add_contact", request=request_id, sealed=sealed)

    def drop_contacts(self, before_ms: int) -> None:
        self._statements.run("drop_contacts", before_ms=before_ms)
