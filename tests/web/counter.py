"""A desk behind its pages: the people of two organisations, a radio in the ledger, a request on its way."""

from desks import AsSent
from hosted import BP, BP_MODEL, CAR, Api
from led import shown_after

from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.papers.archive import PaperArchive, Upload
from radiokey.base.papers.kind import PaperKind
from radiokey.base.requests.desk import Application
from radiokey.base.requests.request import CHECK_LIST
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

PAPERS = [Upload(PaperKind.REGISTRATION, b"a registration")]
CODE = "1234"
SHOP = "Ann's Radios"
PEOPLE = {
    "cle": Role.CLERK,
    "cora": Role.CLERK,
    "app": Role.APPROVER,
    "reg": Role.REGISTRAR,
    "rita": Role.REGISTRAR,
    "aud": Role.AUDITOR,
}

TICKS = {
    "number-on-photo": "yes",
    "stolen-list": "yes",
    "vin-of-unit": "yes",
}


def leads_back(answer, request_id: str) -> bool:
    """Tell that the form led back to its request."""
    return (answer.status_code, answer.headers.get("location")) == (303, f"/desk/requests/{request_id}")


class Counter:
    """The desk of one base and the people at it; `who` is one of `PEOPLE`."""

    parse, vin, all_ticks = staticmethod(parse), staticmethod(Vin.parse), CHECK_LIST

    def __init__(self, api: Api) -> None:
        self.api = api
        self.desk = api.app.state.site.desk
        # What is in a paper is no matter here; cleaning has tests of its own, and takes a process each.
        papers = PaperArchive(api.base.ring, AsSent(), api.base.randomness)
        self.desk._papers = api.app.state.site.clearings._papers = papers
        api.add_unit(code=CODE)
        self._tokens: dict[str, str] = {}

    def token(self, who: str) -> str:
        """Return the token of somebody: made once, and by the operator, who is nobody's registrar."""
        if who not in self._tokens:
            self._tokens[who] = self.api.token(who, ROLES[PEOPLE[who]])
        return self._tokens[who]

    def get(self, path: str, who: str):
        return self.api.ask("GET", path, self.token(who))

    def post(self, path: str, who: str, **fields):
        """Post a form; where it does not hold, return the page that says why."""
        answer = self.api.ask("POST", path, self.token(who), data=fields, follow_redirects=False)
        return shown_after(answer, lambda to: self.get(to, who))

    def application(self, **other) -> Application:
        """Return what somebody asks for: by default the code of the radio in the ledger."""
        model = self.api.app.state.site.catalogue.models[BP_MODEL]
        return Application(**{"serial": parse(BP), "vin": Vin.parse(CAR), "model": model} | other)

    def ask(self, **other) -> str:
        """Open an owner's request, and return its id."""
        return self.desk.open(self.application(**other))

    def reviewed(self, **other) -> str:
        """Bring a request to its review."""
        one = self.ask(**other)
        self.desk.send_papers(one, 1, self.view(one).stored.requester, PAPERS)
        return one

    def checked(self, by: str = "cle", **other) -> str:
        """Bring a request to its second pair of eyes."""
        one = self.reviewed(**other)
        self.desk.check(one, 2, by, CHECK_LIST)
        return one

    def view(self, request_id: str):
        return self.desk.view(request_id)

    def acts(self, request_id: str) -> list[tuple[str, str]]:
        """Return who did what to a request."""
        return [(act.by, act.act) for act in self.view(request_id).history]
