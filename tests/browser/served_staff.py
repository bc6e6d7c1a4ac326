"""A hosted base with a clerk invited and nobody enrolled, served: `served_staff.py DATABASE CLOCK TOLD`.

TOLD becomes a JSON file: the secret of each person's one-time link.
"""

import json
import sys
from pathlib import Path

from served import ToldClock

from radiokey.base.bootstrap import init_base
from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import OPERATOR, Person, PublicProfile
from radiokey.web.serve import serve

PEOPLE = {
    "kim": Role.CLERK,
    "ken": Role.CLERK,
    "kay": Role.CLERK,
    "rita": Role.REGISTRAR,
}
HONEST = PublicProfile("Hafenstr. 2, Kiel", "HRB 1234, Kiel", "Blaupunkt, Becker", "2026-03", "35 EUR")

if __name__ == "__main__":
    database, clock = Path(sys.argv[1]), ToldClock(Path(sys.argv[2]))
    with init_base(database, "codes.example.org", clock) as base:
        base.staff.add_organisation("codes.example.org", "The house", "office", PublicProfile(), by=OPERATOR)
        base.staff.add_organisation("radio-kiel", "Radio Kiel", "specialist", HONEST, by=OPERATOR)
        links = {
            name: base.staff.invite(
                Person(name, role, "codes.example.org", name.title()), by=OPERATOR
            ).reveal()
            for name, role in PEOPLE.items()
        }
    Path(sys.argv[3]).write_text(json.dumps(links), encoding="utf-8")
    serve("127.0.0.1", 0, database, clock=clock)
