"""The registrar's pages of the staff: who there is, whom to invite, whom to end, and for whom they act."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import INVITABLE, ROLES, Permission, Role
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.staff import KINDS, LINK_MS, OPERATOR, Person, PublicProfile, Staff
from radiokey.clock import DAY_MS
from radiokey.errors import NotThereError, RadiokeyError, UsageError
from radiokey.web.http.forms import Short
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import StaffForm, StaffRequest, read_form, requires, run_in_thread, show_page

PATH: Final = "/registrar/staff"
Line = Annotated[str, msgspec.Meta(max_length=300)]


class InviteForm(StaffForm, frozen=True, kw_only=True):
    """A person to invite."""

    name: Short = ""
    display: Line = ""
    role: Short = ""
    organisation: Short = ""


class OrganisationForm(StaffForm, frozen=True, kw_only=True):
    """An organisation, with what it shows."""

    organisation: Short = ""
    name: Line = ""
    kind: Short = ""
    address: Line = ""
    register: Line = ""
    covers: Line = ""
    data_until: Short = ""
    price: Line = ""

    @property
    def shows(self) -> PublicProfile:
        """What it shows of itself."""
        return PublicProfile(
            self.address.strip(),
            self.register.strip(),
            self.covers.strip(),
            self.data_until.strip(),
            self.price.strip(),
        )


def staff_of(site: Site) -> Staff:
    """Return the staff of a hosted base; raise `NotThereError` on a local base."""
    if site.base.organisation is None:
        raise NotThereError("this is a local base, and a local base has no staff", hint="radiokey base init")
    return site.base.staff


@get(PATH, sync_to_thread=True, opt=requires(Permission.STAFF_LIST))
def staff(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show everybody there is and was, and the organisations."""
    return _page(site, request)


def _page(
    site: Site,
    request: StaffRequest,
    problem: RadiokeyError | None = None,
    *,
    invited: InviteForm | None = None,
    added: OrganisationForm | None = None,
) -> Response[str]:
    base = staff_of(site)
    people = base.people()
    return show_page(
        site,
        request,
        "staff/people.html",
        problem=problem,
        people=[one for one in people if not one.ended_at_ms],
        ended=[one for one in people if one.ended_at_ms],
        organisations=base.organisations(),
        shown=base.shown(),
        roles=sorted(INVITABLE),
        held={role.value: sorted(ROLES[role]) for role in Role},
        kinds=KINDS,
        invited=invited or InviteForm(),
        added=added or OrganisationForm(),
    )


@post(f"{PATH}/invite", opt=requires(Permission.STAFF_INVITE))
async def invite(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """Invite somebody, and show their one-time link, this once."""
    form = await read_form(request, InviteForm)

    def work() -> Response[Any]:
        try:
            if form.role not in INVITABLE:
                raise UsageError(
                    "this role is not one to invite here", hint=f"choose {', '.join(sorted(INVITABLE))}"
                )
            person = Person(form.name.strip(), Role(form.role), form.organisation, form.display.strip())
            link = staff_of(site).invite(person, by=_by(request))
        except RadiokeyError as problem:
            return _page(site, request, problem, invited=form)
        return _invitation_page(site, request, person.name, link)

    return await run_in_thread(site, work)


@post(f"{PATH}/{{name:str}}/invite", opt=requires(Permission.STAFF_INVITE))
async def invite_again(
    site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]
) -> Response[Any]:
    """Make another link for somebody who never used theirs."""

    def work() -> Response[Any]:
        try:
            link = staff_of(site).invite_again(name, by=_by(request))
        except RadiokeyError as problem:
            return _page(site, request, problem)
        return _invitation_page(site, request, name, link)

    return await run_in_thread(site, work)


def _invitation_page(site: Site, request: StaffRequest, name: str, link: Secret) -> Response[str]:
    origin = (
        site.authentication.passkeys.party.origin
        if site.authentication
        else str(request.base_url).rstrip("/")
    )
    address = f"{origin}/enrol/{link.reveal()}"
    return show_page(site, request, "staff/invited.html", name=name, address=address, days=LINK_MS // DAY_MS)


@post(f"{PATH}/{{name:str}}/end", opt=requires(Permission.STAFF_END))
async def end(site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]) -> Response[Any]:
    """End an account for ever."""
    return await _change_staff(site, request, lambda base: base.end(name, by=_by(request)))


@post(f"{PATH}/{{name:str}}/sign-out", opt=requires(Permission.STAFF_END))
async def end_sessions(
    site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]
) -> Response[Any]:
    """Sign somebody out everywhere."""
    return await _change_staff(site, request, lambda base: base.end_sessions(name, by=_by(request)))


@post(f"{PATH}/organisations", opt=requires(Permission.STAFF_INVITE))
async def add_organisation(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """Make an organisation."""
    form = await read_form(request, OrganisationForm)

    def add(base: Staff) -> None:
        base.add_organisation(
            form.organisation.strip(), form.name.strip(), form.kind, form.shows, by=_by(request)
        )

    return await _change_staff(site, request, add, added=form)


@post(f"{PATH}/organisations/shown", opt=requires(Permission.STAFF_INVITE))
async def show_organisation(site: NamedDependency[Site], request: StaffRequest) -> Response[Any]:
    """Record what an organisation shows from now on."""
    form = await read_form(request, OrganisationForm)
    return await _change_staff(
        site, request, lambda base: base.show(form.organisation, form.shows, by=_by(request))
    )


async def _change_staff(
    site: Site,
    request: StaffRequest,
    change: Callable[[Staff], object],
    added: OrganisationForm | None = None,
) -> Response[Any]:
    def work() -> Response[Any]:
        try:
            change(staff_of(site))
        except RadiokeyError as problem:
            return _page(site, request, problem, added=added)
        return Redirect(PATH, status_code=303, headers=dict(NO_STORE))

    return await run_in_thread(site, work)


def _by(request: StaffRequest) -> str:
    """Return who it is; nobody passes for the operator on a page."""
    by = request.auth.by
    if by == OPERATOR:
        raise NotThereError("the operator acts on the command line", hint="radiokey base staff")
    return by


HANDLERS: Final = (staff, invite, invite_again, end, end_sessions, add_organisation, show_organisation)
