"""Who the database takes a part of the base for (docs/spec/rights.md)."""

from enum import StrEnum


class Principal(StrEnum):
    """On PostgreSQL each is a role of that name; on SQLite all are the owner of the file."""

    DOOR = "radiokey_door"
    REGISTRAR = "radiokey_registrar"
    KEEPER = "radiokey_keeper"
    DESK = "radiokey_desk"
    GATE = "radiokey_gate"
    PUBLISHER = "radiokey_publisher"
    AUDITOR = "radiokey_auditor"
    CLERK = "radiokey_clerk"
    APPROVER = "radiokey_approver"
