"""The poll in statements; what each method promises stands in `radiokey.base.ports.poll`."""

from radiokey.base.ports.poll import PollCount
from radiokey.base.sql import rows
from radiokey.base.sql.statements import Statements


class PollStatements:
    """See `radiokey.base.ports.poll.PollTransaction`."""

    __slots__ = ()

    _statements: Statements

    def add_poll_answer(self, model: str, often: str) -> None:
        self._statements.run("add_poll_answer", model=model, often=often)

    def poll_counts(self) -> list[PollCount]:
        found = self._statements.rows("poll_counts")
        return [
            PollCount(rows.text(model), rows.text(often), rows.count(answers))
            for model, often, answers in found
        ]
