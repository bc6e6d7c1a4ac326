"""One transaction on either database: the protocol of `base.ports`, said in named statements.

What each method promises stands in the protocol, once. Only how many units are added at once differs between
the databases: `add_units` belongs to each store.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from radiokey.base.ports.grants import GrantLine, GrantProposal
from radiokey.base.ports.log import Node, StoredCheckpoint, StoredEntry
from radiokey.base.ports.store import (
    AuditLine,
    Clearing,
    ClearingPaper,
    Covered,
    ImportStep,
    Mark,
    StoredAct,
    StoredRelease,
    StoredToken,
    StoredUnit,
    TokenCard,
    UnitCard,
)
from radiokey.base.sql import rows
from radiokey.base.sql.desk import DeskStatements
from radiokey.base.sql.poll import PollStatements
from radiokey.base.sql.staff import StaffStatements
from radiokey.base.sql.statements import Statements, Value
from radiokey.errors import UsageError
from radiokey.language.speech import gettext


class SqlTransaction(DeskStatements, PollStatements, StaffStatements):
    """See `radiokey.base.ports.store.Transaction`."""

    __slots__ = ("_statements",)

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    # --- releases and limits

    def release_of(self, request_id: str) -> StoredRelease | None:
        row = self._statements.row("release_of", request_id=request_id)
        return rows.release(row) if row else None

    def releases_with(self, request_ids: Collection[str]) -> list[StoredRelease]:
        found = self._statements.rows("releases_with", request_ids=rows.listed(request_ids))
        return [rows.release(row) for row in found]

    def releases_of(self, kind: str, number: str) -> list[StoredRelease]:
        return [rows.release(row) for row in self._statements.rows("releases_of", kind=kind, number=number)]

    def releases(self) -> Iterator[StoredRelease]:
        return map(rows.release, self._statements.stream("releases"))

    def count_releases(self) -> int:
        return rows.count(self._statements.value("count_releases"))

    def add_releases(self, releases: Sequence[StoredRelease]) -> None:
        fields = StoredRelease.__struct_fields__
        columns = {
            ("idx" if name == "index" else name): [getattr(one, name) for one in releases] for name in fields
        }
        self._statements.run_each("add_releases", columns)

    def releases_since(self, client: str, since_ms: int) -> int:
        return rows.count(self._statements.value("releases_since", client=client, since_ms=since_ms))

    def buckets(self, names: Collection[str]) -> dict[str, int]:
        found = self._statements.rows("buckets", names=rows.listed(names))
        return {rows.text(name): rows.count(full_at_ms) for name, full_at_ms in found}

    def set_bucket(self, name: str, full_at_ms: int) -> None:
        self._statements.run("set_bucket", name=name, full_at_ms=full_at_ms)

    def drop_full_buckets(self, now_ms: int) -> None:
        self._statements.run("drop_full_buckets", now_ms=now_ms)

    # --- the stolen list

    def marks(self, kind: str, number: str) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("marks", kind=kind, number=number)]

    def marks_of(self, kinds: Collection[str], numbers: Collection[str]) -> list[Mark]:
        found = self._statements.rows("marks_of", kinds=rows.listed(kinds), numbers=rows.listed(numbers))
        return [rows.mark(row) for row in found]

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("marks_ending", kind=kind, ending=ending)]

    def all_marks(self) -> list[Mark]:
        return [rows.mark(row) for row in self._statements.rows("all_marks")]

    def active_reports_before(self, before: int, limit: int) -> list[tuple[int, Mark]]:
        found = self._statements.rows("active_reports_before", before=before, count=limit)
        return [(rows.count(number), rows.mark(tuple(row))) for number, *row in found]

    def count_active_reports(self, most: int) -> int:
        return rows.count(self._statements.value("count_active_reports", most=most))

    def add_mark(self, mark: Mark) -> None:
        self._statements.run(
            "add_mark",
            act=mark.act.value,
            kind=mark.kind,
            number=mark.number,
            vin=mark.vin,
            label=mark.label,
            reason=mark.reason,
            by=mark.by,
            at_ms=mark.at_ms,
            clearing=mark.clearing,
        )

    def add_clearing(self, clearing: Clearing) -> None:
        self._statements.run(
            "add_clearing",
            id=clearing.id,
            kind=clearing.kind,
            number=clearing.number,
            vin=clearing.vin,
            label=clearing.label,
            reason=clearing.reason,
            papers=clearing.papers,
            by=clearing.by,
            at_ms=clearing.at_ms,
        )

    def clearing(self, clearing_id: str) -> Clearing | None:
        row = self._statements.row("clearing", id=clearing_id)
        return rows.clearing(row) if row else None

    def open_clearings(self) -> list[Clearing]:
        return [rows.clearing(row) for row in self._statements.rows("open_clearings")]

    def end_clearing(self, clearing_id: str, at_ms: int, by: str, reason: str) -> None:
        self._statements.run("end_clearing", clearing=clearing_id, at_ms=at_ms, by=by, reason=reason)

    def late_clearings(self, before_ms: int) -> list[str]:
        return [rows.text(one) for (one,) in self._statements.rows("late_clearings", before_ms=before_ms)]

    def add_clearing_paper(self, paper: ClearingPaper) -> None:
        self._statements.run(
            "add_clearing_paper",
            clearing=paper.clearing,
            at_ms=paper.at_ms,
            media=paper.media,
            received=paper.received_sha256,
            stored=paper.stored_sha256,
            key=paper.key,
            sealed=paper.sealed,
        )

    def clearing_paper(self, clearing_id: str) -> ClearingPaper | None:
        row = self._statements.row("clearing_paper", clearing=clearing_id)
        return rows.typed(ClearingPaper, row) if row else None

    def clearing_paper_media(self, clearing_id: str) -> str:
        value = self._statements.value("clearing_paper_media", clearing=clearing_id)
        return "" if value is None else rows.text(value)

    def clearing_papers_due(self, carried_out_ms: int, rejected_ms: int) -> list[str]:
        found = self._statements.rows(
            "clearing_papers_due", carried_out_ms=carried_out_ms, rejected_ms=rejected_ms
        )
        return [rows.text(clearing) for (clearing,) in found]

    def drop_clearing_paper(self, clearing_id: str) -> bool:
        return self._statements.row("drop_clearing_paper", clearing=clearing_id) is not None

    # --- what is signed for units

    def add_grant_proposal(self, proposal: GrantProposal) -> None:
        self._statements.run("add_grant_proposal", **msgspec.structs.asdict(proposal))

    def grant_proposal(self, proposal_id: str) -> GrantProposal | None:
        row = self._statements.row("grant_proposal", id=proposal_id)
        return rows.typed(GrantProposal, row) if row else None

    def grant_lines(self, since_ms: int, count: int) -> list[GrantLine]:
        found = self._statements.rows("grant_lines", since_ms=since_ms, count=count)
        return [GrantLine(*(*row[:-1], bool(row[-1]))) for row in found]

    def open_grant_proposals(self, since_ms: int) -> list[GrantProposal]:
        found = self._statements.rows("open_grant_proposals", since_ms=since_ms)
        return [rows.typed(GrantProposal, row) for row in found]

    def add_unit_digest(self, kind: str, number: str, digest: bytes, at_ms: int) -> None:
        row = self._statements.row("add_unit_digest", kind=kind, number=number, digest=digest, at_ms=at_ms)
        if row is None:
            raise UsageError(
                gettext("the digest of this unit is kept already"), hint=gettext("a unit has one, for ever")
            )

    def unit_digest(self, kind: str, number: str) -> bytes | None:
        value = self._statements.value("unit_digest", kind=kind, number=number)
        return None if value is None else rows.digest(value)

    # --- the ledger

    def units_of(self, kinds: Collection[str], numbers: Collection[str]) -> list[StoredUnit]:
        found = self._statements.rows("units_of", kinds=rows.listed(kinds), numbers=rows.listed(numbers))
        return [rows.unit(row) for row in found]

    def unit_cards(self, kinds: Collection[str], numbers: Collection[str]) -> list[UnitCard]:
        found = self._statements.rows("unit_cards", kinds=rows.listed(kinds), numbers=rows.listed(numbers))
        return [rows.unit_card(row) for row in found]

    def import_step(self, file: str) -> ImportStep | None:
        row = self._statements.row("import_step", file=file)
        return rows.import_step(row) if row else None

    def add_import_step(self, step: ImportStep) -> None:
        self._statements.run(
            "add_import_step",
            file=step.file,
            lines=step.lines,
            byte_offset=step.offset,
            accepted=step.accepted,
            refused=step.refused,
            at_ms=step.at_ms,
            by=step.by,
        )

    def add_coverage(self, step: ImportStep, units: Mapping[str, int]) -> None:
        for model, count in sorted(units.items()):
            self._statements.run(
                "add_coverage",
                file=step.file,
                byte_offset=step.offset,
                model=model,
                units=count,
                at_ms=step.at_ms,
            )

    def coverage(self) -> list[Covered]:
        return [rows.typed(Covered, row) for row in self._statements.rows("coverage")]

    def units_not_sealed_with(self, key: str, after: tuple[str, str], limit: int) -> list[StoredUnit]:
        number, kind = after
        found = self._statements.rows("units_not_sealed_with", key=key, number=number, kind=kind, count=limit)
        return [rows.unit(row) for row in found]

    def sealed_with(self) -> dict[str, int]:
        return {rows.text(key): rows.count(count) for key, count in self._statements.rows("sealed_with")}

    def reseal(self, unit: StoredUnit, was: str) -> bool:
        changed = self._statements.row(
            "reseal", kind=unit.kind, number=unit.number, key=unit.key, sealed=unit.sealed, was=was
        )
        return changed is not None

    # --- tokens and audit

    def token(self, token_id: str) -> StoredToken | None:
        row = self._statements.row("token", id=token_id)
        return rows.token(row) if row else None

    def tokens(self) -> list[TokenCard]:
        return [rows.token_card(row) for row in self._statements.rows("tokens")]

    def add_token(self, token: StoredToken) -> None:
        self._statements.run(
            "add_token",
            id=token.id,
            hashed=token.hashed,
            account=token.account,
            organisation=token.organisation,
            scopes=token.scopes,
            made_at_ms=token.made_at_ms,
            expires_at_ms=token.expires_at_ms,
            by=token.by,
        )

    def end_token(self, token_id: str, at_ms: int, by: str) -> None:
        self._statements.run("end_token", id=token_id, at_ms=at_ms, by=by)

    def token_ended(self, token_id: str) -> bool:
        return rows.count(self._statements.value("token_ended", id=token_id)) > 0

    def add_act(self, act: StoredAct) -> None:
        self._statements.run(
            "add_act", at_ms=act.at_ms, who=act.who, act=act.act, subject=act.subject, detail=act.detail
        )

    def acts(self) -> Iterator[StoredAct]:
        return map(rows.act, self._statements.stream("acts"))

    def acts_before(self, before: int, limit: int, subject: str = "") -> list[AuditLine]:
        if subject:
            found = self._statements.rows("acts_about", subject=subject, before=before, count=limit)
        else:
            found = self._statements.rows("acts_before", before=before, count=limit)
        return [rows.typed(AuditLine, row) for row in found]

    def hosting(self) -> str | None:
        value = self._statements.value("hosting")
        return None if value is None else rows.text(value)

    def add_hosting(self, organisation: str, at_ms: int) -> None:
        self._statements.run("add_hosting", organisation=organisation, at_ms=at_ms)

    def setting(self, name: str) -> str | None:
        value = self._statements.value("setting", name=name)
        return None if value is None else rows.text(value)

    def add_setting(self, name: str, value: str, at_ms: int, by: str) -> None:
        self._statements.run("add_setting", name=name, value=value, at_ms=at_ms, by=by)

    # --- the log

    def last_checkpoint(self) -> StoredCheckpoint | None:
        row = self._statements.row("last_checkpoint")
        return rows.checkpoint(row) if row else None

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        return map(rows.checkpoint, self._statements.stream("checkpoints"))

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        self._statements.run("add_checkpoint", size=checkpoint.size, note=checkpoint.note)

    def add_cosignature(self, size: int, witness: str, line: str) -> None:
        self._statements.run("add_cosignature", size=size, witness=witness, line=line)

    def cosignatures(self, size: int) -> list[str]:
        return [rows.text(line) for (line,) in self._statements.rows("cosignatures", size=size)]

    def entry(self, index: int) -> StoredEntry | None:
        row = self._statements.row("entry", idx=index)
        return rows.entry(row) if row else None

    def entries(self) -> Iterator[StoredEntry]:
        return map(rows.entry, self._statements.stream("entries"))

    def leaf_runs(self, most: int) -> Iterator[tuple[int, Sequence[bytes]]]:
        for batch in self._statements.batches("entries", most):
            for (index,), leaves in rows.runs(batch):
                yield index, rows.all_bytes(leaves)

    def entries_between(self, first: int, end: int) -> list[StoredEntry]:
        return [rows.entry(row) for row in self._statements.rows("entries_between", first=first, end=end)]

    def entries_numbered(self, numbers: Collection[str]) -> list[StoredEntry]:
        found = self._statements.rows("entries_numbered", numbers=rows.listed(numbers))
        return [rows.entry(row) for row in found]

    def add_entries(self, entries: Sequence[StoredEntry]) -> None:
        columns: dict[str, Sequence[Value]] = {
            "idx": [one.index for one in entries],
            "leaf": [one.leaf for one in entries],
        }
        self._statements.run_each("add_entries", columns)

    def node(self, node: Node) -> bytes | None:
        level, index = node
        value = self._statements.value("node", level=level, idx=index)
        return None if value is None else rows.hashed(value)

    def node_runs(self, most: int) -> Iterator[tuple[Node, Sequence[bytes]]]:
        for batch in self._statements.batches("nodes", most):
            for (level, index), hashes in rows.runs(batch):
                yield (level, index), rows.all_hashed(hashes)

    def nodes_of(self, nodes: Collection[Node]) -> dict[Node, bytes]:
        found = self._statements.rows("nodes_of", nodes=rows.listed(nodes))
        return {(rows.count(level), rows.count(index)): rows.hashed(value) for level, index, value in found}

    def add_nodes(self, nodes: Mapping[Node, bytes]) -> None:
        columns: dict[str, Sequence[Value]] = {
            "level": [level for level, _ in nodes],
            "idx": [index for _, index in nodes],
            "hash": list(nodes.values()),
        }
        self._statements.run_each("add_nodes", columns)
