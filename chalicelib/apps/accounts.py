"""Which account an app's person has here: the one it led to before, one that a verified identifier leads to, or a new
one. One person, one account; and never somebody else's.

- What the app has verified joins its person to the account that bears it: that of a roster, or of a registration.
- Two identifiers that lead to two accounts, an account that another person of the same app has already, and an account
  of the staff are left apart: a new account is made, and an admin is told (``federation/ambiguities.py``).
- An account that may do more than learn is opened by no app, whoever has led it there.
- What an admin has split once is not joined by itself again.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.apps import consents, store
from chalicelib.apps.claims import SuperAppClaims
from chalicelib.apps.registry import App
from chalicelib.audiences import membership
from chalicelib.errors import Forbidden, Language, PreconditionFailed, Unavailable
from chalicelib.federation import ambiguities
from chalicelib.http.permissions import Role
from chalicelib.identity.sessions import AccountDeactivated
from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person, PersonStatus
from chalicelib.people.persons import IdentifierTaken
from chalicelib.people.profile import merged
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

_TRIES = 5
LEARNER: frozenset[Role] = frozenset({"learner"})
NAMELESS = "Học viên"


class StaffEntry(Forbidden):
    """An account that may do more than learn: a super-app's word does not open it."""

    code = "staff_entry"
    vi = "Tài khoản này có quyền quản lý, không vào bằng siêu ứng dụng. Hãy đăng nhập bằng mật khẩu hoặc qua đơn vị."
    en = "This account has more rights than a learner's. Sign in with its password, or at your organisation's provider."


def settle(space: Space, app: App, told: SuperAppClaims, language: Language) -> Person:
    """The account of an app's person who has just consented, with what the app told and the consent, all or nothing:
    1 call to find it, 1 to 3 more, 1 transaction. Of two at once one makes it and the other finds it.

    Raises: AccountDeactivated, StaffEntry, SpaceFull, Unavailable.
    """
    for _ in range(_TRIES):
        try:
            known = persons.find(space, told.login)
            if known is not None:
                kept = store.consent(space, known.id, app.id) or {}
                return tell(space, app, told, known, kept, renews=True)
            return _introduced(space, app, told, language)
        except (PreconditionFailed, IdentifierTaken):
            continue  # somebody was quicker: look again
    raise Unavailable


def tell(space: Space, app: App, told: SuperAppClaims, person: Person, kept: Item, *, renews: bool) -> Person:
    """An account that the app leads to already, with what the app tells now: 2 calls at most. ``kept`` is the consent
    that stands, or stood.

    ``renews``: the person has just consented; otherwise the consent that stands goes on from when it was given.
    Raises: AccountDeactivated, StaffEntry, PreconditionFailed, IdentifierTaken.
    """
    require_open(person.status, person.roles)
    owners = persons.owners(space, told.identifiers)
    gained = [each for each in told.identifiers if each not in owners]
    others = {each: owner for each, owner in owners.items() if owner != person.id}
    mine = [*kept.get("identifiers", ()), *(each.text for each in gained)]
    facts = consents.given(app, told, kept.get("how", "joined"), mine)
    if not renews:
        facts["at"] = kept.get("at", facts["at"])
    return _changed(space, app, told, person, gained, facts, others)


def mac(space: Space, subject: str) -> str:
    """A subject as it may be remembered where no account bears it."""
    return space_key.mac(space, "app-subject", subject).hex()


def is_joinable(app: App, person: Person) -> bool:
    """Whether an app's word alone may open this account: a learner's, to whom the app has not led anybody yet."""
    is_led_to = any(each.kind == "app" and each.value.startswith(f"{app.id}:") for each in person.identifiers)
    return person.roles == LEARNER and not is_led_to


def _introduced(space: Space, app: App, told: SuperAppClaims, language: Language) -> Person:
    """Whom the app brings for the first time."""
    owners = persons.owners(space, told.identifiers)
    theirs = persons.without_pretenders(space, set(owners.values()))
    free = [each for each in told.identifiers if each not in owners]
    if len(theirs) == 1:
        there = persons.get(space, *theirs, consistent=True)
        if there.status == "deactivated":
            raise AccountDeactivated
        if is_joinable(app, there) and not store.is_apart(space, app.id, mac(space, told.subject)):
            facts = consents.given(app, told, "joined", [each.text for each in free])
            return _changed(space, app, told, there, [told.login, *free], facts, {})
    others = {each: owner for each, owner in owners.items() if owner in theirs}
    return _created(space, app, told, free, others, language)


def _created(
    space: Space,
    app: App,
    told: SuperAppClaims,
    free: list[Identifier],
    others: Mapping[Identifier, str],
    language: Language,
) -> Person:
    person = membership.regrouped(
        space,
        persons.new(
            told.name or NAMELESS,
            [told.login, *free],
            ["learner"],
            locale=language,
            by="app",
            profile=merged({}, told.fields, "app"),
        ),
    )
    facts = consents.given(app, told, "created", [each.text for each in free])
    return persons.add(space, person, via="app", also=_told_of(space, app, person.id, facts, others))


def _changed(
    space: Space,
    app: App,
    told: SuperAppClaims,
    person: Person,
    gained: list[Identifier],
    consent: Item,
    others: Mapping[Identifier, str],
) -> Person:
    """A person who gains identifiers and what the app tells; what was written by hand, or by a roster, stays.

    Who registered with this number, and has proved nothing, may have been anybody: it becomes the account of whose it
    is, and what was written in it before counts no more than the app's word.
    """
    facts = merged(person.profile, told.fields, "app", overwrite=person.unproven)
    changed = person.identified([*person.identifiers, *gained]).described(facts)
    if told.name and (person.name_by == "app" or person.unproven):
        changed = changed.named(told.name, "app")
    if changed.status == "invited":
        changed = changed.joined()
    changed = membership.regrouped(space, changed.proven())
    return persons.change(space, person, changed, also=_told_of(space, app, person.id, consent, others))


def _told_of(space: Space, app: App, person_id: str, consent: Item, others: Mapping[Identifier, str]) -> list[Write]:
    """The writes of a consent, and of what an admin should look at."""
    writes = [store.putting_consent(space, person_id, consent)]
    if others:
        case = ambiguities.Case.of_app(app.id, person_id)
        writes.append(ambiguities.noting(space, case, ambiguities.Party("app", app.id, app.name), others))
    return writes


def require_open(status: PersonStatus, roles: frozenset[Role]) -> None:
    """Refuse what no app may open: whoever holds an app's key could otherwise become an admin, or act as one.

    Raises: AccountDeactivated, StaffEntry.
    """
    if status == "deactivated":
        raise AccountDeactivated
    if roles != LEARNER:
        raise StaffEntry
