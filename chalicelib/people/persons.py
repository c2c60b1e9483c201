"""Persons: adding them, finding them, changing them. One transaction writes a person and every copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib import clock, ids
from chalicelib.errors import Conflict, Fault, Language, NotFound, PreconditionFailed
from chalicelib.http import standing
from chalicelib.http.permissions import Role
from chalicelib.metering import quotas
from chalicelib.people import items, leaving, store
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import LastKeeper, Person, PersonStatus, settled, voids_password
from chalicelib.people.profile import Profile, Source
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact

Via = Literal["self", "invitation", "admin", "roster", "app", "sso", "demo"]


class IdentifierTaken(Conflict):
    """Somebody of this space signs in with it already."""

    code = "identifier_taken"
    vi = "Email hoặc số điện thoại này đã có tài khoản. Hãy đăng nhập, hoặc đặt lại mật khẩu nếu bạn quên."
    en = "There is an account with this e-mail address or phone number. Sign in, or reset the password."

    @classmethod
    def at(cls, field: str) -> IdentifierTaken:
        """The refusal that names the field of the body."""
        return cls(faults=[Fault(field, cls.code, cls.vi, cls.en)])


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What others of the space may see of a person."""

    id: str
    name: str
    roles: frozenset[Role]
    status: PersonStatus


@dataclass(frozen=True, slots=True)
class Login:
    """What signing in needs to know of a person, as it stands at each of their identifiers."""

    person_id: str
    name: str
    roles: frozenset[Role]
    status: PersonStatus
    locale: Language
    epoch: int
    password_hash: str | None
    audiences: tuple[str, ...] = ()
    unproven: bool = False


def new(
    name: str,
    identifiers: Iterable[Identifier],
    roles: Iterable[Role],
    *,
    person_id: str | None = None,
    status: PersonStatus = "active",
    locale: Language = "vi",
    by: Source = "self",
    profile: Profile | None = None,
    unproven: bool = False,
) -> Person:
    """A person who is not stored yet."""
    at = clock.timestamp()
    return Person(
        id=person_id or ids.new(),
        name=name,
        roles=frozenset(roles),
        status=status,
        identifiers=tuple(dict.fromkeys(identifiers)),
        locale=locale,
        epoch=1,
        version=1,
        created_at=at,
        joined_at=at if status == "active" else None,
        name_by=by,
        profile=profile or {},
        unproven=unproven,
    )


def add(
    space: Space,
    person: Person,
    *,
    password_hash: str | None = None,
    via: Via = "self",
    also: Sequence[Write] = (),
) -> Person:
    """Store a new person, and ``also`` these writes, all or nothing: 1 transaction, and for a learner once a minute 1
    call before. Adding the same one again gives what is stored.

    Raises: IdentifierTaken, SpaceFull.
    """
    if "learner" in person.roles:
        quotas.require_place(space)
    writes = store.adding(space, person, password_hash, via)
    try:
        transact([*(write for _, write in writes), *also])
    except TransactionFailed:
        # A retry meets the person it added itself; a person of that id with other identifiers is someone else.
        stored = store.get(space, person.id, consistent=True)
        if stored and stored.identifiers == person.identifiers:
            return stored
        raise IdentifierTaken from None
    return person


def create(
    space: Space,
    name: str,
    identifiers: Sequence[Identifier],
    roles: Iterable[Role],
    *,
    status: PersonStatus = "active",
    locale: Language = "vi",
    password_hash: str | None = None,
    via: Via = "admin",
    become: Callable[[Person], Person] = lambda person: person,
) -> Person:
    """The person who signs in with the first of these identifiers: stored now (as what they ``become``), unless there
    is one already.

    Repeating it changes nothing. Raises: IdentifierTaken when another person holds one of the further identifiers.
    """
    person = become(new(name, identifiers, roles, status=status, locale=locale))
    try:
        return add(space, person, password_hash=password_hash, via=via)
    except IdentifierTaken:
        found = find(space, identifiers[0])
        if found is None:
            raise
        return found


def get(space: Space, person_id: str, *, consistent: bool = False) -> Person:
    """One person. 1 call. Raises: NotFound."""
    person = store.get(space, person_id, consistent=consistent)
    if person is None:
        raise NotFound
    return person


@standing.tells
def held_roles(space: Space, person_id: str) -> frozenset[Role] | None:
    """The roles that a person holds now: none unless they are active, ``None`` for nobody. 1 call, 1 RCU."""
    person = store.get(space, person_id, consistent=True)
    if person is None:
        return None
    return person.roles if person.status == "active" else frozenset()


def find(space: Space, identifier: Identifier) -> Person | None:
    """Whoever signs in with this identifier. 2 calls."""
    found = store.get_login(space, identifier)
    return store.get(space, found["person"], consistent=True) if found else None


def login(space: Space, *candidates: Identifier) -> Login | None:
    """What the first of these identifiers that anybody has leads to, read consistently. 1 call."""
    found = store.get_logins(space, candidates)
    item = next((found[each] for each in candidates if each in found), None)
    if item is None:
        return None
    return Login(
        person_id=item["person"],
        name=item["name"],
        roles=frozenset(item["roles"]),
        status=item["status"],
        locale=item["locale"],
        epoch=item["epoch"],
        password_hash=item.get("password_hash"),
        audiences=tuple(item.get("audiences", ())),
        unproven=item.get("unproven", False),
    )


def owners(space: Space, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
    """Whose these identifiers are, by person's id, of those that anybody has: 1 call for each hundred."""
    return store.owners(space, identifiers)


def many(space: Space, person_ids: Iterable[str], *, consistent: bool = False) -> dict[str, Person]:
    """Persons by id, those that exist: 1 call for each hundred."""
    return store.get_many(space, person_ids, consistent=consistent)


def without_pretenders(space: Space, person_ids: set[str]) -> set[str]:
    """Of the several accounts that what is verified leads to, those that count: an account that somebody registered and
    proved nothing of keeps nobody out of their own. All, when all are such. 1 call when there are several."""
    if len(person_ids) < 2:
        return person_ids
    known = many(space, person_ids, consistent=True)
    return {each for each, person in known.items() if not person.unproven} or person_ids


def from_item(item: Item) -> Person:
    """The person of an item, for features that keep things in the same partition and read both at once."""
    return items.person_of(item)


def rehash(space: Space, person_id: str, old_hash: str, new_hash: str) -> bool:
    """Keep the same password under newer parameters: 2 calls. Gives whether it was still that one. Raises: NotFound."""
    try:
        transact(store.rehashing(space, get(space, person_id), old_hash, new_hash))
    except TransactionFailed:
        return False
    return True


def cards(space: Space, person_ids: Iterable[str]) -> dict[str, PersonCard]:
    """What to show of these persons; ids of nobody are left out. 1 call for each hundred."""
    found = store.get_many(space, person_ids)
    return {each.id: PersonCard(each.id, each.name, each.roles, each.status) for each in found.values()}


def change(
    space: Space,
    old: Person,
    changed: Person,
    *,
    password_hash: str | None = None,
    also: Sequence[Write] = (),
) -> Person:
    """Store what has become of a person, and ``also`` these writes, all or nothing: 1 transaction, and 1 call before
    when identifiers are gained, and when staff leaves (``leaving.py``).

    Raises: PreconditionFailed when the person has been changed since ``old`` was read, IdentifierTaken, LastKeeper, and
    TransactionFailed when a condition of ``also`` fails (their positions are those in ``also``).
    """
    changed = settled(old, changed)
    if changed == old and password_hash is None and not also:
        return old
    gained = set(changed.identifiers) - set(old.identifiers)
    keeps = password_hash is None and not voids_password(old, changed)
    kept = hash_of(space, old) if gained and keeps else None
    leaving.order(space, old, changed)
    labelled = [("also", write) for write in also] + store.changing(space, old, changed, password_hash, kept)
    try:
        transact(write for _, write in labelled)
    except TransactionFailed as failure:
        failed = {labelled[place][0] for place in failure.failed}
        if "also" in failed:
            raise
        if failed & {"person", "login"}:
            raise PreconditionFailed from None
        if "gained" in failed:
            raise IdentifierTaken from None
        if "keepers" in failed:
            raise LastKeeper from None
        raise
    return changed


def hash_of(space: Space, person: Person) -> str | None:
    """What a person signs in with now, if they have a password: whatever they gain is to open the same door. 1 call."""
    found = login(space, person.logins[0]) if person.logins else None
    return found.password_hash if found else None
