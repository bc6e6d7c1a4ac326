"""A hosted base with an office, and the ways people of the staff come into it."""

from authenticator import Authenticator
from sqlite_base import fresh

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.identity.roles import Role
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.staff import Person, PublicProfile
from radiokey.base.sql.principals import Principal

ORIGIN, SITE = "https://codes.example.org", "codes.example.org"


class House:
    """A hosted base with an office, and the ways people come into it."""

    def __init__(self, place, clock, limits=None) -> None:
        init_base(fresh(place), SITE, clock).close()
        self.base = open_base(place, clock, limits=limits)
        self.staff = self.base.staff
        self.authentication = self.base.authentication(ORIGIN, bytes(32))
        self.staff.add_organisation("office", "The office", "office", PublicProfile(), by="local")

    def invite(self, name="ann", role=Role.CLERK, by="local") -> Secret:
        return self.staff.invite(Person(name, role, "office", name.title()), by=by)

    def enrol(self, link: Secret, **other):
        """Use a link with a new authenticator; return it, and the recovery codes."""
        key = Authenticator(ORIGIN, SITE, **other)
        return key, self.authentication.enrol(link, "phone", key.make(self.authentication.welcome(link).ask))

    def member(self, name="ann", role=Role.CLERK, **other) -> Authenticator:
        return self.enrol(self.invite(name, role), **other)[0]

    def sign_in(self, key: Authenticator):
        """Sign in; return the session's id and who it is."""
        return self.authentication.sign_in(key.answer(self.authentication.ask()))

    def acts(self) -> list[tuple[str, str, str]]:
        with self.base.stores.of(Principal.AUDITOR).snapshot() as seen:
            return [(one.who, one.act, one.subject) for one in seen.acts()]
