"""What an admin does with the people of a space, and what people do with their own profile."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.errors import PreconditionFailed
from chalicelib.people import persons
from chalicelib.people.models import MeEdit, PersonEdit
from chalicelib.people.person import AppLinked, MergedAway, Person
from chalicelib.people.profile import Source
from chalicelib.storage.spaces import Space

_TRIES = 4


def edit(space: Space, person_id: str, changes: PersonEdit, check: Callable[[str], None]) -> Person:
    """Change a person in the state that the admin has seen: 2 calls. ``check`` is given that state's validator.

    Raises: NotFound, MergedAway, AppLinked, PreconditionRequired, PreconditionFailed, LastKeeper, NotYetJoined.
    """
    old = standing(space, person_id)
    check(old.etag)
    return persons.change(space, old, _applied(old, changes))


def standing(space: Space, person_id: str) -> Person:
    """A person whose account stands, to be changed: 1 call. Raises: NotFound, MergedAway."""
    person = persons.get(space, person_id, consistent=True)
    if person.merged_into:
        raise MergedAway(kept=person.merged_into)
    return person


def deactivate(space: Space, person_id: str) -> None:
    """Shut a person out; repeating it changes nothing. 2 calls. Raises: NotFound, LastKeeper."""
    on_latest(space, person_id, Person.deactivated)


def edit_self(space: Space, person_id: str, changes: MeEdit) -> Person:
    """Change one's own name or language: 2 calls. Raises: NotFound."""
    return on_latest(
        space, person_id, lambda person: _renamed(person, changes.name, "self").edited(locale=changes.locale)
    )


def on_latest(space: Space, person_id: str, become: Callable[[Person], Person]) -> Person:
    """Apply a change that is right whatever else has changed: read and written again when overtaken, boundedly."""
    for _ in range(_TRIES - 1):
        old = persons.get(space, person_id, consistent=True)
        try:
            return persons.change(space, old, become(old))
        except PreconditionFailed:
            continue
    old = persons.get(space, person_id, consistent=True)
    return persons.change(space, old, become(old))


def _renamed(person: Person, name: str | None, by: Source) -> Person:
    """With the name that somebody wrote by hand: no list and no app overwrites it from now on."""
    return person if name is None else person.named(name, by)


def _applied(person: Person, changes: PersonEdit) -> Person:
    renamed = _renamed(person, changes.name, "admin")
    changed = renamed.edited(roles=frozenset(changes.roles) if changes.roles else None)
    if changed.roles - person.roles and changed.is_staff and changed.is_app_linked:
        raise AppLinked
    if changes.status == "deactivated":
        return changed.deactivated()
    return changed.reactivated() if changes.status == "active" else changed
