"""Who may what: each person one role, and nobody two of the three people that a code takes."""

import subprocess
import sys
from pathlib import Path

from radiokey.base.identity.roles import INVITABLE, OPERATOR_GIVES, ROLES, Permission, Role

ROOT = Path(__file__).parents[3]
CHANGES = {
    "approve",
    "check",
    "clear",
    "end",
    "import",
    "invite",
    "make",
    "open",
    "propose",
    "report",
    "turn",
}


def test_the_page_of_roles_is_what_the_roles_are_today():
    drawn = subprocess.run(
        (sys.executable, ROOT / "tools" / "draw_roles.py"), capture_output=True, check=True
    )
    page = (ROOT / "docs" / "spec" / "roles.md").read_bytes()
    assert drawn.stdout == page, "run: python tools/draw_roles.py > docs/spec/roles.md"


def test_roles_are_sorted_and_each_may_something():
    assert list(Role) == sorted(Role)
    assert set(ROLES) == set(Role)
    assert all(ROLES.values())


def test_checking_approving_and_keeping_the_ledger_are_three_roles():
    """Claims 37-48: no one person sees a code through."""
    hold = {
        act: {role for role, may in ROLES.items() if act in may}
        for act in (Permission.REQUEST_CHECK, Permission.REQUEST_APPROVE, Permission.UNIT_IMPORT)
    }
    assert list(map(len, hold.values())) == [1, 1, 1]
    assert len(set.union(*hold.values())) == 3


def test_nobody_of_the_staff_asks_the_door_directly():
    """A person's code leaves by an approved request; `code:release` is a machine's."""
    assert all(Permission.CODE_RELEASE not in may for may in ROLES.values())


def test_an_auditor_changes_nothing():
    assert not {permission.partition(":")[2] for permission in ROLES[Role.AUDITOR]} & CHANGES


def test_whoever_invites_is_a_registrar_and_invites_no_registrar():
    """A registrar who could make registrars could be two of them, and clear their own proposal."""
    assert {role for role, may in ROLES.items() if Permission.STAFF_INVITE in may} == {Role.REGISTRAR}
    assert set(Role) - INVITABLE == {Role.REGISTRAR}


def test_a_token_made_on_the_site_can_be_none_of_the_three():
    """The clerk's, the approver's and the registrar's own acts are the operator's to give."""
    for role in (Role.APPROVER, Role.CLERK, Role.REGISTRAR):
        assert ROLES[role] & OPERATOR_GIVES
    own = {
        permission
        for permission in Permission
        if permission.partition(":")[2]
        in {"approve", "check", "clear", "import", "invite", "make", "propose", "turn"}
    }
    assert own <= OPERATOR_GIVES
