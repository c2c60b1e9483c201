"""Two accounts of one person become one, and, within a month, two again. The learning follows (``accounts/``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.errors import Conflict, Fault, PreconditionFailed
from chalicelib.people import persons, store
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import AppLinked, LastKeeper, Person
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact


class SamePerson(Conflict):
    """An account cannot be merged with itself."""

    code = "same_person"
    vi = "Đây là cùng một tài khoản."
    en = "This is one and the same account."


class AlreadyMerged(Conflict):
    """One of them has gone up in another account before."""

    code = "already_merged"
    vi = "Một trong hai tài khoản đã được gộp vào tài khoản khác."
    en = "One of the two accounts has been merged into another before."


class IdentifierMoved(Conflict):
    """What the person was known by is somebody else's by now."""

    code = "identifier_moved"
    vi = "Một định danh của tài khoản này nay thuộc về người khác. Hãy gỡ định danh đó trước khi tách."
    en = "Something that this account was known by is somebody else's now. Take it from them first."


Become = Callable[[Person], Person]  # the last word on a person before they are stored: their audiences


def good_passwords(kept: Person, other: Person, hashes: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """Which of the passwords of two accounts (as hashes) may open the one: what anybody may have set opens nothing that
    is somebody's. Of two, the kept account's does."""
    own, others = hashes
    if kept.unproven != other.unproven:
        return (None, others) if kept.unproven else (own, None)
    return own, others


def join(
    space: Space,
    kept: Person,
    other: Person,
    hashes: tuple[str | None, str | None],
    also: Sequence[Write],
    become: Become,
) -> tuple[Person, Person]:
    """Let ``other``'s account go up in ``kept``'s, and ``also`` these writes, all or nothing: identifiers move, facts
    fill gaps, ``other``'s sessions end. Roles do not move: who may do more is said by an admin. ``hashes`` are what
    either signs in with. 1 call.

    Raises: SamePerson, AlreadyMerged, AppLinked, LastKeeper, PreconditionFailed when either was changed meanwhile.
    """
    if kept.id == other.id:
        raise SamePerson
    if kept.merged_into or other.merged_into:
        raise AlreadyMerged
    if (kept.is_staff and other.is_app_linked) or (other.is_staff and kept.is_app_linked):
        raise AppLinked
    facts = {**other.profile, **kept.profile}
    one = kept.identified([*kept.identifiers, *other.identifiers]).described(facts)
    gone = other.gone_up_in(kept.id)
    if kept.status == "invited" and other.status == "active":
        one = one.joined()
    own, others = good_passwords(kept, other, hashes)
    if not other.unproven:
        one = one.proven()
    moved = own or others or ""
    one = become(one)
    _store(space, (kept, one), (other, gone), moved, also, staying_hash=None if own else moved)
    return one, gone


def part(
    space: Space,
    kept: Person,
    other: Person,
    before: Person,
    password_hash: str | None,
    also: Sequence[Write],
    become: Become,
) -> tuple[Person, Person]:
    """Undo :func:`join`: ``other`` is again who they were ``before``, with their own identifiers and password; the kept
    account's sessions end, since some may be ``other``'s, and a password that was lent opens it no more. 3 calls.

    Raises: IdentifierMoved, LastKeeper, PreconditionFailed.
    """
    left = become(kept.identified([each for each in kept.identifiers if each not in before.identifiers]).signed_out())
    _require_free(space, kept, before.identifiers)
    back = become(other.come_back(before))
    lent = password_hash is not None and persons.hash_of(space, kept) == password_hash
    _store(space, (kept, left), (other, back), password_hash, also, staying_hash="" if lent else None)
    return left, back


def _require_free(space: Space, kept: Person, identifiers: Sequence[Identifier]) -> None:
    owners = persons.owners(space, identifiers)
    taken = [each for each, owner in owners.items() if owner != kept.id]
    if taken:
        faults = [Fault("identifiers", IdentifierMoved.code, each.shown, each.shown) for each in taken]
        raise IdentifierMoved(faults=faults)


def _store(
    space: Space,
    kept: tuple[Person, Person],
    other: tuple[Person, Person],
    password_hash: str | None,
    also: Sequence[Write],
    *,
    staying_hash: str | None,
) -> None:
    joining = store.joining(space, kept, other, password_hash, staying_hash=staying_hash)
    labelled = [("also", write) for write in also] + joining
    try:
        transact(write for _, write in labelled)
    except TransactionFailed as failure:
        failed = {labelled[place][0] for place in failure.failed}
        if "keepers" in failed and not failed & {"person", "login", "also"}:
            raise LastKeeper from None
        raise PreconditionFailed from None
