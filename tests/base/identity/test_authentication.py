"""People of the staff come in by a passkey and nothing else, and whatever is wrong is one error."""

import contextlib
import copy
import json
import pickle

import pytest
from authenticator import PRESENT, Authenticator, b64, unb64
from house import ORIGIN, SITE, House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiokey.base.identity.authentication import IDLE_MS, RECENT_MS, RECOVERED_MS, SEEN_MS, WHOLE_MS
from radiokey.base.identity.passkeys import CHALLENGE_MS, Party, written
from radiokey.base.identity.secret_values import RecoveryCode, Secret
from radiokey.base.limits import Limit, Limits
from radiokey.clock import HOUR_MS
from radiokey.errors import (
    LimitReachedError,
    LinkError,
    NotAllowedError,
    NotThereError,
    SignedOutError,
    SignInError,
    StoreError,
    UsageError,
)

# --- whatever is wrong is one error -------------------------------------------------------------------------


def wrong_answers(house, key):
    """Yield answers that sign nobody in, with what is wrong with each."""
    asked = house.authentication.ask()
    yield "another key", Authenticator(ORIGIN, SITE, id=key.id, handle=key.handle).answer(asked)
    yield "nobody's", Authenticator(ORIGIN, SITE, handle=key.handle).answer(asked)
    yield "another site", key.answer(asked, origin="https://codes.example.net")
    yield "in clear", key.answer(asked, origin="http://codes.example.org")
    yield "another kind", key.answer(asked, type="webauthn.create")
    yield "not asked here", key.answer(json.dumps({"challenge": b64(bytes(40))}))
    link = house.invite(f"x{key.counter}")
    yield "asked for a link", key.answer(house.authentication.welcome(link).ask)
    yield "not verified", Authenticator(**{**vars(key), "flags": PRESENT}).answer(asked)
    yield "another host", Authenticator(**{**vars(key), "host": "example.org"}).answer(asked)
    yield "another person", Authenticator(**{**vars(key), "handle": bytes(16)}).answer(asked)
    yield "empty", ""
    yield "too long", key.answer(asked) + " " * 20_000
    yield "not JSON", "{"
    yield "no object", "[]"


def refused(house, text, what):
    """Return what is told to whoever comes with this answer."""
    try:
        house.authentication.sign_in(text)
    except SignInError as error:
        return str(error), error.hint
    return pytest.fail(f"signed in: {what}")


def test_whatever_is_wrong_is_told_alike_and_nobody_is_signed_in(house):
    key = house.member(counts=False)
    told = set()
    for what, text in wrong_answers(house, key):
        told.add(refused(house, text, what))
    assert len(told) == 1
    assert house.staff.people()[0].sessions == 0
    house.sign_in(key)


PARTS = ["clientDataJSON", "authenticatorData", "signature", "attestationObject"]
SPOILT = st.tuples(st.sampled_from(PARTS), st.integers(0, 9_999), st.integers(1, 255), st.booleans())


def spoilt(answer: str, part: str, at: int, flip: int, *, cut: bool) -> str | None:
    """Return an answer with one byte of one part changed, or the part cut off there."""
    told = json.loads(answer)
    if part not in told["response"]:
        return None
    raw = bytearray(unb64(told["response"][part]))
    at %= len(raw)
    raw[at] ^= flip
    told["response"][part] = b64(bytes(raw[:at] if cut else raw))
    return json.dumps(told)


@settings(
    max_examples=2 * settings().max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SPOILT)
def test_an_answer_with_one_byte_changed_is_refused_and_nothing_worse(shared, change):
    """CBOR, JSON and base64 of strangers: every byte can be anything."""
    house, key = shared
    part, at, flip, cut = change
    text = spoilt(key.answer(house.authentication.ask()), part, at, flip, cut=cut)
    if text is not None:
        with pytest.raises(SignInError):
            house.authentication.sign_in(text)
    whole = key.make(house.ask)
    made = spoilt(whole, part, at, flip, cut=cut)
    if made is not None:
        # Nothing signs a registration: it has to be refused where what is compared has changed, and only there.
        refused = client_data(made) != client_data(whole)
        with pytest.raises(SignInError) if refused else contextlib.suppress(SignInError):
            house.authentication.passkeys.registered("x", made)


@pytest.mark.parametrize(("was", "now"), [('"crossOrigin"', '"crossOrigim"'), (", ", ",\t")])
def test_a_registration_is_compared_by_type_challenge_and_origin_alone(shared, was, now):
    house, key = shared
    made = json.loads(key.make(house.ask))
    raw = unb64(made["response"]["clientDataJSON"]).decode()
    assert was in raw
    made["response"]["clientDataJSON"] = b64(raw.replace(was, now, 1).encode())
    assert house.authentication.passkeys.registered("x", json.dumps(made)).public_key


def client_data(answer):
    """What a registration says of its type, its challenge and its origin; nothing where it cannot be read."""
    try:
        said = json.loads(unb64(json.loads(answer)["response"]["clientDataJSON"]))
        return said["type"], unb64(said["challenge"]), said["origin"]
    except (ValueError, KeyError, TypeError):
        return None


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    class Fixed:
        ms = 1_700_000_000_000

        def now_ms(self):
            return self.ms

    house = House(tmp_path_factory.mktemp("shared") / "base.sqlite3", Fixed())
    key = house.member(counts=False)
    house.ask = house.authentication.passkeys.ask_new("x", "x", "x", bytes(16), ())
    yield house, key
    house.base.close()


def test_an_answer_opens_one_session(house):
    key = house.member(counts=False)
    text = key.answer(house.authentication.ask())
    house.authentication.sign_in(text)
    with pytest.raises(SignInError):
        house.authentication.sign_in(text)


def test_what_was_asked_long_ago_is_not_answered_any_more(house, clock):
    key = house.member()
    text = key.answer(house.authentication.ask())
    clock.ms += CHALLENGE_MS
    with pytest.raises(SignInError):
        house.authentication.sign_in(text)


def test_a_passkey_that_was_copied_is_ended_with_every_session(house):
    """Its count does not rise: somebody else counts too."""
    key = house.member()
    copied = Authenticator(**vars(key))
    session, _ = house.sign_in(key)
    house.sign_in(key)
    with pytest.raises(SignInError):
        house.sign_in(copied)
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    with pytest.raises(SignInError):
        house.sign_in(key)
    assert house.acts()[-1][:2] == ("ann", "passkey:copied")


def test_a_passkey_that_does_not_count_is_taken_as_it_is(house):
    """Passkeys that are synchronised say 0, always."""
    key = house.member(counts=False)
    for _ in range(3):
        house.sign_in(key)


def test_an_ended_account_is_out_at_once_and_comes_in_by_nothing(house):
    link = house.invite("bob")
    key, codes = house.enrol(house.invite())
    session, _ = house.sign_in(key)
    house.staff.end("ann", by="rita")
    house.staff.end("bob", by="rita")
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    with pytest.raises(SignInError):
        house.sign_in(key)
    with pytest.raises(SignInError):
        house.authentication.recover("ann", codes[0], "c")
    with pytest.raises(LinkError):
        house.authentication.welcome(link)
    with pytest.raises(NotThereError):
        house.staff.end("ann", by="rita")
    assert house.staff.people()[0].ended_at_ms > 0


# --- sessions -----------------------------------------------------------------------------------------------


def test_a_session_ends_after_half_an_hour_without_a_request(house, clock):
    session, _ = house.sign_in(house.member())
    clock.ms += IDLE_MS - SEEN_MS
    house.authentication.who(session)
    clock.ms += IDLE_MS - 1
    house.authentication.who(session)
    clock.ms += IDLE_MS
    with pytest.raises(SignedOutError):
        house.authentication.who(session)


def test_a_session_ends_after_twelve_hours_however_busy(house, clock):
    session, who = house.sign_in(house.member())
    begun = clock.ms
    while clock.ms + IDLE_MS // 2 < begun + WHOLE_MS:
        clock.ms += IDLE_MS // 2
        house.authentication.who(session)
    clock.ms = begun + WHOLE_MS
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    assert who.since_ms == begun


def test_every_sign_in_is_a_new_session(house):
    """No fixation: nothing that was there before is signed in."""
    key = house.member()
    one, other = house.sign_in(key)[0], house.sign_in(key)[0]
    assert one.reveal() != other.reveal()
    house.authentication.sign_out(house.authentication.who(one))
    house.authentication.who(other)
    with pytest.raises(SignedOutError):
        house.authentication.who(one)


def test_a_person_ends_their_own_sessions_and_nobody_elses(house):
    ann, bob = house.member("ann"), house.member("bob")
    (first, who), (second, _) = house.sign_in(ann), house.sign_in(ann)
    other, his = house.sign_in(bob)
    with pytest.raises(NotThereError):
        house.authentication.end_session(who, his.session)
    house.authentication.end_session(who, house.authentication.who(second).session)
    with pytest.raises(SignedOutError):
        house.authentication.who(second)
    assert house.authentication.sign_out_everywhere(who) == 1
    with pytest.raises(SignedOutError):
        house.authentication.who(first)
    house.authentication.who(other)


def test_a_registrar_signs_somebody_out(house):
    session, _ = house.sign_in(house.member())
    assert house.staff.end_sessions("ann", by="rita") == 1
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    with pytest.raises(NotThereError):
        house.staff.end_sessions("nobody", by="rita")


# --- one's own passkeys -------------------------------------------------------------------------------------


def test_a_person_adds_a_passkey_and_removes_one_but_never_the_last(house, clock):
    first = house.member()
    session, who = house.sign_in(first)
    clock.ms += 1
    second = Authenticator(ORIGIN, SITE)
    house.authentication.add_passkey(who, "key ring", second.make(house.authentication.ask_another(who)))
    assert [one.label for one in house.authentication.mine(who).passkeys] == ["phone", "key ring"]
    house.authentication.remove_passkey(who, written(first.id))
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    with pytest.raises(SignInError):
        house.sign_in(first)
    _, who = house.sign_in(second)
    with pytest.raises(NotAllowedError, match="last"):
        house.authentication.remove_passkey(who, written(second.id))


def test_nobody_removes_or_adds_to_anothers_passkeys(house):
    ann, bob = house.member("ann"), house.member("bob")
    _, who = house.sign_in(ann)
    _, his = house.sign_in(bob)
    with pytest.raises(NotThereError):
        house.authentication.remove_passkey(who, written(bob.id))
    with pytest.raises(SignInError):
        house.authentication.add_passkey(
            who, "x", Authenticator(ORIGIN, SITE).make(house.authentication.ask_another(his))
        )
    claimed = Authenticator(ORIGIN, SITE, id=bob.id)
    with pytest.raises(SignInError):
        house.authentication.add_passkey(who, "x", claimed.make(house.authentication.ask_another(who)))


def test_what_one_signs_in_with_changes_only_soon_after_signing_in(house, clock):
    """Whoever finds a desk that was left signed in cannot make it theirs."""
    key = house.member()
    session, who = house.sign_in(key)
    clock.ms += RECENT_MS
    who = house.authentication.who(session)
    for change in (
        lambda: house.authentication.add_passkey(who, "x", "{}"),
        lambda: house.authentication.remove_passkey(who, written(key.id)),
        lambda: house.authentication.renew_codes(who),
    ):
        with pytest.raises(SignedOutError, match="ten minutes"):
            change()


# --- recovery -----------------------------------------------------------------------------------------------


def test_a_recovery_code_leads_to_a_new_passkey_once_and_to_nothing_else(house, clock):
    lost, codes = house.enrol(house.invite())
    session, _ = house.sign_in(lost)
    link = house.authentication.recover(
        "ann", RecoveryCode.read(codes[3].reveal().upper().replace("-", " ")), "c"
    )
    with pytest.raises(SignInError):
        house.authentication.recover("ann", codes[3], "c")
    house.authentication.who(session)
    new, more = house.enrol(link)
    assert more == (), "the nine that are left stay"
    with pytest.raises(SignedOutError):
        house.authentication.who(session)
    _, who = house.sign_in(new)
    assert house.authentication.mine(who).codes == 9
    late = house.authentication.recover("ann", codes[4], "c")
    clock.ms += RECOVERED_MS
    with pytest.raises(LinkError):
        house.authentication.welcome(late)


def test_a_recovery_code_is_its_owners_alone(house):
    _, codes = house.enrol(house.invite("ann"))
    house.enrol(house.invite("bob"))
    told = set()
    for name, code in (
        ("bob", codes[0]),
        ("nobody", codes[0]),
        ("ann", RecoveryCode("x")),
        ("A B", codes[0]),
    ):
        with pytest.raises(SignInError) as error:
            house.authentication.recover(name, code, "c")
        told.add(str(error.value))
    assert len(told) == 1
    house.authentication.recover("ann", codes[0], "c")


def test_new_recovery_codes_end_the_old_ones(house):
    key, old = house.enrol(house.invite())
    new = house.authentication.renew_codes(house.sign_in(key)[1])
    with pytest.raises(SignInError):
        house.authentication.recover("ann", old[0], "c")
    house.authentication.recover("ann", new[0], "c")


def test_recovery_codes_cannot_be_tried_through(make_house, clock):
    """A try is counted, durably, before it is compared; by who tries and by whose it is to be."""
    house = make_house(limits=Limits({"recovery": Limit(2, HOUR_MS), "recovery-account": Limit(3, HOUR_MS)}))
    _, codes = house.enrol(house.invite())
    for _ in range(2):
        with pytest.raises(SignInError):
            house.authentication.recover("ann", RecoveryCode("x"), "one")
    with pytest.raises(LimitReachedError) as reached:
        house.authentication.recover("ann", codes[0], "one")
    assert reached.value.facts["limit"] == "recovery"
    with pytest.raises(SignInError):
        house.authentication.recover("ann", RecoveryCode("x"), "two")
    with pytest.raises(LimitReachedError) as reached:
        house.authentication.recover("ann", codes[0], "three")
    assert reached.value.facts["limit"] == "recovery-account"
    clock.ms += HOUR_MS
    house.authentication.recover("ann", codes[0], "three")


# --- confirming an act --------------------------------------------------------------------------------------


def test_a_passkey_confirms_one_act_of_its_owner_once(house):
    ann, bob = house.member("ann", counts=False), house.member("bob", counts=False)
    who = house.sign_in(ann)[1]
    act = "request:approve r1 7"
    text = ann.answer(house.authentication.ask_confirmation(who, act))
    with pytest.raises(SignInError):
        house.authentication.confirm(who, "request:approve r2 7", text)
    with pytest.raises(SignInError):
        house.authentication.confirm(house.sign_in(bob)[1], act, text)
    with pytest.raises(SignInError):
        house.authentication.confirm(who, act, bob.answer(house.authentication.ask_confirmation(who, act)))
    house.authentication.confirm(who, act, text)
    with pytest.raises(SignInError):
        house.authentication.confirm(who, act, text)
    assert house.acts()[-1] == ("ann", "passkey:confirm", "ann")


# --- secrets ------------------------------------------------------------------------------------------------


def test_links_codes_and_sessions_are_nowhere_but_with_their_holders(house, database):
    link = house.invite()
    key, codes = house.enrol(link)
    session, _ = house.sign_in(key)
    secrets = [link.reveal(), session.reveal(), *(code.reveal() for code in codes)]
    house.base.close()
    for file in database.parent.iterdir():
        content = file.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], file.name


def test_a_secret_hides_itself():
    for secret in (Secret("QZXJ"), RecoveryCode("QZXJ")):
        shown = [repr(secret), str(secret), f"{secret}", f"{secret:>9}", repr([secret])]
        assert not any("QZXJ" in text for text in shown)
        for copied in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match="never pickled"):
                copied(secret)


def test_a_base_of_ones_own_has_no_staff_to_let_in(base):
    with pytest.raises(UsageError, match="no staff"):
        base.authentication(ORIGIN, bytes(32))


def test_an_act_that_cannot_be_kept_is_not_done(house):
    """The audit is in the same transaction."""
    key = house.member()
    text = key.answer(house.authentication.ask())
    house.base.close()
    with pytest.raises(StoreError):
        house.authentication.sign_in(text)


@pytest.mark.parametrize(
    "address",
    [
        "http://codes.example.org",
        "https://192.0.2.1",
        "http://127.0.0.1:8000",
        "https://[::1]",
        "https://codes.example.org/desk",
        "https://u@codes.example.org",
        "codes.example.org",
        "",
        "https://",
        "https://codes.example.org:99999",
        "ftp://codes.example.org",
        "https://ä.example.org",
    ],
)
def test_an_address_that_no_passkey_can_be_bound_to_is_refused(address):
    with pytest.raises(UsageError, match="passkeys"):
        Party.at(address)


def test_the_party_is_the_address_that_people_open():
    assert Party.at("https://codes.example.org:8443/") == Party("https://codes.example.org:8443", SITE)
    assert Party.at("http://localhost:8000").host == "localhost"
    assert Party.at("https://codes.example.org").secure
    assert not Party.at("http://localhost:8000").secure
