"""`radiokey base keys`: the keys that seal the codes of the ledger."""

from datetime import UTC, datetime
from typing import Final

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.keys.keyring import KeyRing, KeyStatus
from radiokey.base.keys.seal import SEALS_MAX
from radiokey.base.location import DatabaseLocation
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import BY, database_option, json_option
from radiokey.errors import SealError
from radiokey.language.speech import gettext, ngettext, number

app = Noun("keys", help="The keys that seal the codes of the ledger.")

MISSING: Final = "missing"
"""Stands for a key that seals something and is not in the ring."""


@app.command("list")
@database_option
@json_option
def listed(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """List the keys of the ring, and how many codes and papers each seals."""
    with open_base(database, make=False) as base:
        cards, usage = base.key_ring().cards(), base.key_usage()
    sealed, papers = usage.codes, usage.papers
    known = {card.id for card in cards}
    rows: list[tuple[str, int | None, str, int, int]] = [
        (card.id, card.made_at_ms, card.standing.value, sealed.get(card.id, 0), papers.get(card.id, 0))
        for card in cards
    ]
    rows += [
        (key, None, MISSING, sealed.get(key, 0), papers.get(key, 0))
        for key in sorted((sealed.keys() | papers.keys()) - known)
    ]
    if as_json:
        say.document(
            [
                {
                    "id": key,
                    "made_at_ms": made,
                    "standing": standing,
                    "sealed": count,
                    "sealed_max": SEALS_MAX,
                    "papers": kept,
                }
                for key, made, standing, count, kept in rows
            ]
        )
    else:
        say.columns(
            (
                key,
                _day(made),
                standing,
                gettext("{count} sealed", count=number(count)),
                gettext("{share} of what it may", share=f"{count / SEALS_MAX:.2%}"),
                ngettext("{n} paper", "{n} papers", kept),
            )
            for key, made, standing, count, kept in rows
        )
    if any(count > SEALS_MAX // 2 for _, _, _, count, _ in rows):
        say.note(gettext("a key has sealed half of what it may: 'radiokey base keys rotate'"))
    if any(standing == MISSING for _, _, standing, _, _ in rows):
        say.note(
            gettext(
                "a key that seals something is not in the ring: put the ring back that "
                "belongs to this database"
            )
        )


@app.command("add")
@database_option
@json_option
def add(*, database: DatabaseLocation | None, as_json: bool) -> None:
    """Add a key for the next rotation; where there is no key ring, make one of one key."""
    with open_base(database, make=False) as base:
        path = base.location.secret("keys")
        if path.exists():
            key = base.key_rotation(base.key_ring(), BY).add()
            standing = KeyStatus.WAITING
        else:
            usage = base.key_usage()
            if usage.codes or usage.papers:
                raise SealError(
                    gettext("codes or papers of this base are sealed with keys of a ring that is not here"),
                    hint=gettext(
                        "put the key ring {name} back; a new one opens none of them", name=path.name
                    ),
                )
            (card,) = KeyRing.make(path, base.randomness, base.clock.now_ms()).cards()
            key, standing = card.id, card.standing
    if as_json:
        say.document({"id": key, "standing": standing.value})
    elif standing is KeyStatus.CURRENT:
        say.out(
            gettext(
                "A key ring was made, with the key {key}. Keep a copy of {name}, apart from the database.",
                key=key,
                name=path.name,
            )
        )
    else:
        say.out(
            gettext("The key {key} waits for the next rotation. Copy {name} again.", key=key, name=path.name)
        )


@app.command("rotate")
@click.option("--retire", is_flag=True, help="Take out the old keys that seal nothing then.")
@database_option
@json_option
def rotate(*, retire: bool, database: DatabaseLocation | None, as_json: bool) -> None:
    """Seal every code with the next key; cut off, it goes on where it was when it is run again."""
    with open_base(database, make=False) as base:
        done = base.key_rotation(base.key_ring(), BY).rotate(retire=retire)
    if done.damaged:
        raise SealError(
            ngettext(
                "{n} code does not open with its key and was left; sealed anew: {resealed}",
                "{n} codes do not open with their key and were left; sealed anew: {resealed}",
                done.damaged,
                resealed=done.resealed,
            ),
            hint=gettext("restore those units from a backup: their codes or their keys were changed"),
            damaged=done.damaged,
        )
    if as_json:
        say.document(
            {"key": done.key, "begun": done.begun, "resealed": done.resealed, "retired": list(done.retired)}
        )
        return
    say.out(
        ngettext(
            "{count} code is sealed anew; the key is {key}.",
            "{count} codes are sealed anew; the key is {key}.",
            done.resealed,
            count=number(done.resealed),
            key=done.key,
        )
    )
    for key in done.retired:
        say.out(
            gettext(
                "The key {key} was taken out: backups from before open only with a ring of their day.",
                key=key,
            )
        )


def _day(made_at_ms: int | None) -> str:
    return "" if made_at_ms is None else datetime.fromtimestamp(made_at_ms / 1000, UTC).date().isoformat()
