"""What an admin says a person is known by: e-mail addresses, phone numbers, staff codes, identity numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from chalicelib.errors import Conflict, Fault, InvalidInput
from chalicelib.people import administration, persons, space_key
from chalicelib.people.identifiers import Identifier, Kind
from chalicelib.people.joining import Become
from chalicelib.people.models import GivenIdentifier, IdentifiersEdit
from chalicelib.people.person import Person
from chalicelib.people.persons import IdentifierTaken
from chalicelib.storage.spaces import Space

MOST = 20  # what one person is known by


class IdentifierHeld(Conflict):
    """Somebody else is known by it: either it is wrong, or the two are one person."""

    code = "identifier_held"
    vi = "Có định danh đang thuộc về người khác. Nếu là cùng một người, hãy gộp hai tài khoản."
    en = "Something of this is somebody else's. If they are one person, merge the two accounts."


class NoIdentifierLeft(Conflict):
    """Nobody could sign in to an account that is known by nothing."""

    code = "no_identifier_left"
    vi = "Người này sẽ không còn cách nào để đăng nhập. Hãy thêm định danh mới trước, hoặc ngừng tài khoản."
    en = "This person could no longer sign in. Add something else first, or deactivate the account."


class TooManyIdentifiers(Conflict):
    """No person is known by so much."""

    code = "too_many_identifiers"
    vi = "Một người có tối đa {most} định danh."
    en = "A person is known by at most {most} identifiers."


def edit(
    space: Space, person_id: str, changes: IdentifiersEdit, check: Callable[[str], None], become: Become
) -> Person:
    """Add and remove what a person is known by, in the state that the admin has seen: 4 calls. What is added opens the
    same door as before; when something is removed, all sessions end, and links sent to it are void. ``become`` puts the
    person into the audiences that suit them then.

    Raises: NotFound, MergedAway, PreconditionRequired, PreconditionFailed, InvalidInput (of what is to be removed, some
    is not the person's), IdentifierHeld (names what, and whose it is), NoIdentifierLeft, TooManyIdentifiers.
    """
    old = administration.standing(space, person_id)
    check(old.etag)
    gone = _removed(space, old, changes.remove)
    added = [_identifier(space, each) for each in changes.add]
    left = list(dict.fromkeys([*(each for each in old.identifiers if each not in gone), *added]))
    if not left:
        raise NoIdentifierLeft
    if len(left) > MOST:
        raise TooManyIdentifiers(most=MOST)
    _require_free(space, old, added)
    try:
        return persons.change(space, old, become(old.identified(left)))
    except IdentifierTaken:
        _require_free(space, old, added)
        raise


def _identifier(space: Space, given: GivenIdentifier) -> Identifier:
    if given.kind == "national_id":
        return space_key.national_id(space, given.value)
    return Identifier(cast(Kind, given.kind), given.value)


def _removed(space: Space, person: Person, given: Sequence[GivenIdentifier]) -> set[Identifier]:
    """Which identifiers are meant: as they are, or as they are shown. Raises: InvalidInput."""
    found: set[Identifier] = set()
    faults: list[Fault] = []
    for place, each in enumerate(given):
        exact = None if each.masked else _identifier(space, each)
        meant = [
            own for own in person.identifiers if own.kind == each.kind and (own == exact or own.shown == each.value)
        ]
        if len(meant) != 1:
            faults.append(Fault(f"remove.{place}.value", *(_SEVERAL if meant else _NOT_THEIRS)))
        found.update(meant)
    if faults:
        raise InvalidInput(faults=faults)
    return found


def _require_free(space: Space, person: Person, added: Sequence[Identifier]) -> None:
    """Raises: IdentifierHeld."""
    gained = [each for each in added if each not in person.identifiers]
    others = (
        {each: owner for each, owner in persons.owners(space, gained).items() if owner != person.id} if gained else {}
    )
    if others:
        names = {each.id: each.name for each in persons.cards(space, set(others.values())).values()}
        raise IdentifierHeld(faults=_held(added, others, names))


def _held(added: Sequence[Identifier], others: Mapping[Identifier, str], names: Mapping[str, str]) -> list[Fault]:
    faults = []
    for place, each in enumerate(added):
        if each in others:
            whose = f"{names.get(others[each], '?')} ({others[each]})"
            vi, en = f"{each.shown} là của {whose}.", f"{each.shown} is of {whose}."
            faults.append(Fault(f"add.{place}.value", IdentifierHeld.code, vi, en))
    return faults


_NOT_THEIRS = ("identifier_unknown", "Người này không có định danh đó.", "This person is not known by that.")
_SEVERAL = (
    "identifier_ambiguous",
    "Có nhiều số định danh cùng ba chữ số cuối. Hãy ghi đủ số.",
    "Several identity numbers end like this. Write the whole number.",
)
