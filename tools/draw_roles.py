"""Draws who may what from the roles: `docs/spec/roles.md` is this program's output, and a test compares them.

python tools/draw_roles.py > docs/spec/roles.md
"""

from typing import Final

from radiokey.base.identity.roles import INVITABLE, OPERATOR_GIVES, ROLES, Permission, Role

MEANS: Final = {
    Role.APPROVER: "looks a second time at what a clerk checked, and approves, sends back or refuses",
    Role.AUDITOR: "reads everything that was done, and changes nothing",
    Role.CLERK: "compares papers and car, asks for more, checks off or refuses",
    Role.REGISTRAR: "keeps the ledger, its keys, the stolen list, the staff and the tokens",
}


def matrix() -> str:
    """Return one line per permission, one column per role."""
    head = ["permission", *Role, "token, by the API", "token, by the operator"]
    lines = [_line(head), _line(["-"] * len(head))]
    for permission in Permission:
        held = ["yes" if permission in ROLES[role] else "" for role in Role]
        lines.append(_line([f"`{permission}`", *held, "" if permission in OPERATOR_GIVES else "yes", "yes"]))
    return "\n".join(lines)


def people() -> str:
    """Return one line per role."""
    by = {role: "a registrar, the operator" if role in INVITABLE else "the operator" for role in Role}
    return "\n".join(f"| **{role}** | {MEANS[role]} | {by[role]} |" for role in Role)


def document() -> str:
    """Return `docs/spec/roles.md`."""
    return _DOCUMENT.format(people=people(), matrix=matrix())


def _line(cells: list[str]) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


_DOCUMENT: Final = """\
# Roles

This page is drawn from `ROLES` in `src/radiokey/base/identity/roles.py`. A test fails when it is stale.
Write it anew with

    python tools/draw_roles.py > docs/spec/roles.md

A person of the staff has exactly one role, so three people are three accounts. What the permissions mean is
in [api.md](api.md).

| role | what they do | who invites them |
|---|---|---|
{people}

The operator runs the base: on its own command line, and nowhere on the site. An owner has no
account: a signed link shows one request. A machine is a token and may what its scopes say. A token made
through the API has scopes of its maker's own; what would make one person two of the people that a clearing or
a code takes is given to a token by the operator alone.

{matrix}

Below all this the database gives each part of the base its own rights ([rights.md](rights.md)).
"""


if __name__ == "__main__":
    print(document(), end="")
