"""What an admin sees of an app's people and their accounts, and puts right: joining what belongs together, splitting
what does not. Each is in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.apps import accounts, consents, registry, store
from chalicelib.apps.models import AppLink
from chalicelib.audiences import membership
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, Unavailable
from chalicelib.federation import ambiguities
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.keys import person_pk
from chalicelib.people.person import Person
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TRIES = 4


class NotJoinable(Conflict):
    """To one account an app leads one of its people, and to none that may do more than learn."""

    code = "not_joinable"
    vi = "Chỉ gắn được với tài khoản học viên đang dùng, chưa gắn với ai khác của ứng dụng. Hãy tách liên kết cũ trước."
    en = "Only a learner's active account can be joined, one to which the app leads nobody else. Split that link first."


def page(space: Space, app_id: str, query: PageQuery) -> Page[AppLink]:
    """A page of an app's links, shard by shard, oldest first: 1 to 4 Queries, and 1 call for names.

    Raises: NotFound, BadCursor.
    """
    registry.find(space, app_id)
    shard, after = paging.decode(query.cursor, int, str) if query.cursor else (0, "")
    items, position = _listed(space, app_id, query, shard, after)
    kept = {item["pk"].removeprefix(person_pk("")): item for item in items}
    cards = persons.cards(space, kept)
    return Page[AppLink](
        items=[_shown(each, cards[each].name, kept[each]) for each in kept if each in cards],
        next=paging.encode(*position) if position else None,
    )


def join(space: Space, app_id: str, person_id: str, other_id: str) -> AppLink:
    """Lead an app's person, who has this account, to the other one: 2 transactions and 5 calls; repeating it after an
    interruption ends what was begun.

    Raises: NotFound, NotJoinable, Unavailable.
    """
    if person_id == other_id:
        raise NotJoinable
    kept = _link(space, app_id, person_id)
    other = persons.get(space, other_id, consistent=True)
    if (
        other.status == "deactivated"
        or other.roles != accounts.LEARNER
        or _leads(app_id, other) not in (None, kept["subject"])
    ):
        raise NotJoinable
    moved = {**_facts(kept), "how": "admin"}
    _release(space, app_id, person_id, kept)
    _receive(space, app_id, other_id, moved)
    store.forget_link(space, person_id, app_id)
    return _shown(other_id, other.name, moved)


def split(space: Space, app_id: str, person_id: str) -> None:
    """Lead an app's person to this account no more, nor by what is verified again: they get one of their own at their
    next entry. 1 transaction. Raises: NotFound, Unavailable."""
    for _ in range(_TRIES):
        kept = _link(space, app_id, person_id)
        person = persons.get(space, person_id, consistent=True)
        apart = store.keeping_apart(space, app_id, accounts.mac(space, kept["subject"]), clock.timestamp())
        also = [*store.deleting_consent(space, person_id, app_id), apart]
        with suppress(PreconditionFailed):
            persons.change(space, person, consents.without(space, person, kept), also=also)
            return
    raise Unavailable


def settle(space: Space, case_id: str, person_id: str) -> None:
    """Say whose sign-in it is that leads to several accounts: an app's person is led there at once (:func:`join`), a
    provider's when they come again. 3 calls, or those of joining. Raises: NotFound, NotJoinable, Unavailable."""
    by, accounts_ = ambiguities.candidates(space, case_id)
    if person_id not in accounts_:
        raise NotFound
    if by.kind == "app":
        join(space, by.id, case_id.rpartition("-")[2], person_id)
    else:
        ambiguities.choose(space, case_id, person_id)


def follow(space: Space, from_id: str, to_id: str) -> None:
    """Let consents go where logins went, when two accounts became one, or two again: 2 calls, and 2 for each app.

    Of two people of one app in one account the consent that is there stays; the other's is asked for, or renewed, at
    their next entry. Repeating it changes nothing.
    """
    standing = {item["app"]: item for item in store.consents_of(space, from_id) if "withdrawn_at" not in item}
    logins = {Identifier("app", f"{app_id}:{item['subject']}"): app_id for app_id, item in standing.items()}
    for login, owner in persons.owners(space, logins).items():
        app_id = logins[login]
        there = store.consent(space, to_id, app_id)
        if owner == to_id and (there is None or "withdrawn_at" in there):
            store.move_consent(space, from_id, to_id, _facts(standing[app_id]))


def _listed(
    space: Space, app_id: str, query: PageQuery, shard: int, after: str
) -> tuple[list[Item], tuple[int, str] | None]:
    """Items of a page, and where the next begins."""
    found: list[Item] = []
    while shard < store.SHARDS:
        left = query.limit - len(found)
        if not left:
            return found, (shard, after)
        rows = store.links(space, app_id, shard, after, left)
        found += rows.items
        if rows.after is None:
            shard, after = shard + 1, ""
        else:
            after = rows.after["ls"]
    return found, None


def _shown(person_id: str, name: str, kept: Mapping[str, Any]) -> AppLink:
    return AppLink(person=person_id, name=name, since=datetime.fromisoformat(kept["at"]), how=kept["how"])


def _link(space: Space, app_id: str, person_id: str) -> Item:
    """A link that stands: 1 call. Raises: NotFound."""
    kept = store.consent(space, person_id, app_id)
    if kept is None or "withdrawn_at" in kept:
        raise NotFound
    return kept


def _facts(kept: Item) -> Item:
    return {name: value for name, value in kept.items() if name not in ("pk", "sk", "l", "ls")}


def _leads(app_id: str, person: Person) -> str | None:
    """Whom of an app's people an account belongs to."""
    start = f"{app_id}:"
    return next(
        (
            each.value.removeprefix(start)
            for each in person.identifiers
            if each.kind == "app" and each.value.startswith(start)
        ),
        None,
    )


def _release(space: Space, app_id: str, person_id: str, kept: Item) -> None:
    """The account without the app's name for its person; that it had it stays until the other has it."""
    for _ in range(_TRIES):
        person = persons.get(space, person_id, consistent=True)
        if _leads(app_id, person) is None:
            return  # an earlier try came as far as this
        with suppress(PreconditionFailed):
            persons.change(space, person, consents.without(space, person, kept))
            return
    raise Unavailable


def _receive(space: Space, app_id: str, person_id: str, moved: Item) -> None:
    """The other account with it, and with the consent. The verified identifiers come along where they are free."""
    login = Identifier("app", f"{app_id}:{moved['subject']}")
    for _ in range(_TRIES):
        person = persons.get(space, person_id, consistent=True)
        if login in person.identifiers:
            return
        changed = membership.regrouped(space, person.identified([*person.identifiers, login]))
        with suppress(PreconditionFailed):
            facts = {**moved, "identifiers": [], "fingerprint": ""}  # what else it tells comes with the next entry
            persons.change(space, person, changed, also=[store.putting_consent(space, person_id, facts)])
            return
    raise Unavailable
