"""The registrar's pages of the staff: who there is, whom to invite, whom to end, and for whom they act."""

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import INVITABLE, ROLES, Permission, Role, role_name
from radiokey.base.identity.secret_values import Secret
from radiokey.base.identity.staff import KINDS, LINK_MS, OPERATOR, Person, PublicProfile, Staff
from radiokey.clock import DAY_MS
from radiokey.errors import NotThereError, RadiokeyError, UsageError
from radiokey.language.speech import gettext
from radiokey.web.http.forms import Short
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    SHOWN_MINUTES,
    StaffForm,
    StaffRequest,
    kept_of,
    lead_back,
    read_form,
    requires,
    run_in_thread,
    said_of,
    show_page,
)

PATH: Final = "/registrar/staff"
INVITED: Final = "/registrar/staff/invited"
INVITE: Final = "invite"
ADD: Final = "organisation"
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
        raise NotThereError(
            gettext("this is a local base, and a local base has no staff"), hint="radiokey base init"
        )
    return site.base.staff


@get(PATH, sync_to_thread=True, opt=requires(Permission.STAFF_LIST))
def staff(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show everybody there is and was, and the organisations."""
    base, said = staff_of(site), said_of(site, request)
    people = base.people()
    return show_page(
        site,
        request,
        "staff/people.html",
        people=[one for one in people if not one.ended_at_ms],
        ended=[one for one in people if one.ended_at_ms],
        organisations=base.organisations(),
        shown=base.shown(),
        roles=sorted(INVITABLE),
        held={role.value: sorted(ROLES[role]) for role in Role},
        kinds=KINDS,
        invited=kept_of(said, InviteForm, INVITE) or InviteForm(),
        added=kept_of(said, OrganisationForm, ADD) or OrganisationForm(),
    )


@post(f"{PATH}/invite", opt=requires(Permission.STAFF_INVITE))
async def invite(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Invite somebody, and lead to the page that shows their one-time link."""
    form = await read_form(request, InviteForm)

    def work() -> Redirect:
        try:
            if form.role not in INVITABLE:
                raise UsageError(
                    gettext("this role is not one to invite here"),
                    hint=gettext("choose {names}", names=", ".join(map(role_name, sorted(INVITABLE)))),
                )
            person = Person(form.name.strip(), Role(form.role), form.organisation, form.display.strip())
            link = staff_of(site).invite(person, by=_by(request))
        except RadiokeyError as problem:
            return lead_back(site, request, PATH, problem, form=INVITE, kept=form)
        return _to_invitation(site, request, person.name, link)

    return await run_in_thread(site, work)


@post(f"{PATH}/{{name:str}}/invite", opt=requires(Permission.STAFF_INVITE))
async def invite_again(site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]) -> Redirect:
    """Make another link for somebody who never used theirs."""

    def work() -> Redirect:
        try:
            link = staff_of(site).invite_again(name, by=_by(request))
        except RadiokeyError as problem:
            return lead_back(site, request, PATH, problem)
        return _to_invitation(site, request, name, link)

    return await run_in_thread(site, work)


def _to_invitation(site: Site, request: StaffRequest, name: str, link: Secret) -> Redirect:
    return lead_back(site, request, INVITED, typed={"name": name}, secret=link.reveal())


@get(INVITED, sync_to_thread=True, opt=requires(Permission.STAFF_INVITE))
def show_invitation(site: NamedDependency[Site], request: StaffRequest) -> Response[str] | Redirect:
    """Show a one-time link to the account that made it, for some minutes."""
    said = said_of(site, request)
    link = site.visits.secret_of(said)
    if link is None:
        return Redirect(PATH, status_code=303, headers=NO_STORE)
    origin = (
        site.authentication.passkeys.party.origin
        if site.authentication
        else str(request.base_url).rstrip("/")
    )
    return show_page(
        site,
        request,
        "staff/invited.html",
        name=said.typed["name"],
        address=f"{origin}/enrol/{link}",
        days=LINK_MS // DAY_MS,
        minutes=SHOWN_MINUTES,
    )


@post(f"{PATH}/{{name:str}}/end", opt=requires(Permission.STAFF_END))
async def end(site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]) -> Redirect:
    """End an account for ever."""
    return await _change_staff(site, request, lambda base: base.end(name, by=_by(request)))


@post(f"{PATH}/{{name:str}}/sign-out", opt=requires(Permission.STAFF_END))
async def end_sessions(site: NamedDependency[Site], request: StaffRequest, name: FromPath[str]) -> Redirect:
    """Sign somebody out everywhere."""
    return await _change_staff(site, request, lambda base: base.end_sessions(name, by=_by(request)))


@post(f"{PATH}/organisations", opt=requires(Permission.STAFF_INVITE))
async def add_organisation(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Make an organisation."""
    form = await read_form(request, OrganisationForm)

    def add(base: Staff) -> None:
        base.add_organisation(
            form.organisation.strip(), form.name.strip(), form.kind, form.shows, by=_by(request)
        )

    return await _change_staff(site, request, add, added=form)


@post(f"{PATH}/organisations/shown", opt=requires(Permission.STAFF_INVITE))
async def show_organisation(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
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
) -> Redirect:
    def work() -> Redirect:
        try:
            change(staff_of(site))
        except RadiokeyError as problem:
            return lead_back(site, request, PATH, problem, form=ADD, kept=added)
        return Redirect(PATH, status_code=303, headers=dict(NO_STORE))

    return await run_in_thread(site, work)


def _by(request: StaffRequest) -> str:
    """Return who it is; nobody passes for the operator on a page."""
    by = request.auth.by
    if by == OPERATOR:
        raise NotThereError(gettext("the operator acts on the command line"), hint="radiokey base staff")
    return by


HANDLERS: Final = (
    staff,
    invite,
    invite_again,
    show_invitation,
    end,
    end_sessions,
    add_organisation,
    show_organisation,
)
