"""Sign-ins that lead to several accounts: an admin sees who came when, by whom they came and what points where, and
settles it.

Whoever a provider vouches for is refused until then, and an app's person has an account of their own; of a list the
rows were left out. One case for each of a provider's or an app's people, and for each list, however often they come.
What was told is kept masked: whoever is refused has no account here in which their data would stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock, ids
from chalicelib.errors import NotFound
from chalicelib.federation import store
from chalicelib.federation.models import AmbiguousSignIn, CameBy, PartyKind, PointsTo
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.people import persons
from chalicelib.people.identifiers import MASK, Identifier
from chalicelib.people.keys import person_pk
from chalicelib.people.person import Person
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

KEPT_S = 90 * 86_400
_SHOWN = 3  # of an identifier's characters: enough to tell it from the account's others


@dataclass(frozen=True, slots=True)
class Case:
    """Where a case stands: an app's beside the consent of its person, who may read what is kept of them."""

    id: str
    key: tuple[str, str]

    @classmethod
    def named(cls, case_id: str) -> Case:
        """The case of this id."""
        app_id, _, person_id = case_id.partition("-")
        return cls.of_app(app_id, person_id) if person_id else cls(case_id, (f"ambiguous#{case_id}", "ambiguous"))

    @classmethod
    def of_app(cls, app_id: str, person_id: str) -> Case:
        """That of an app's person, who has this account."""
        return cls(f"{app_id}-{person_id}", (person_pk(person_id), f"conflict#{app_id}"))

    @classmethod
    def of_provider(cls, space: Space, own: Identifier) -> Case:
        """That of a provider's person; ``own``: the provider's name for them."""
        return cls.named(ids.derived("ambiguous", space.slug, own.text))

    @classmethod
    def of_list(cls, space: Space, roster_id: str) -> Case:
        """That of a list of people."""
        return cls.named(ids.derived("ambiguous-rows", space.slug, roster_id))


@dataclass(frozen=True, slots=True)
class Party:
    """By whom somebody came: an app, a provider, a list."""

    kind: PartyKind
    id: str
    name: str


def noting(space: Space, case: Case, by: Party, points: Mapping[Identifier, str]) -> Write:
    """The write that keeps to whom else an app's identifiers lead; it stays until it is settled."""
    return store.putting_ambiguity(space, case.key, case.id, _facts(by, points))


def note(space: Space, case: Case, by: Party, points: Mapping[Identifier, str]) -> None:
    """Keep that somebody was refused, and what points to whom, for 90 days: 1 call."""
    facts = _facts(by, points) | {"ttl": clock.epoch_s() + KEPT_S}
    store.put_ambiguity(space, case.key, case.id, facts)


def note_rows(space: Space, roster_id: str, name: str, rows: int, until: datetime) -> None:
    """Keep that so many rows of a list that was loaded lead to several accounts, for as long as what is said of its
    rows is: 1 call."""
    case, facts = Case.of_list(space, roster_id), _facts(Party("list", roster_id, name), {})
    store.put_ambiguity(space, case.key, case.id, facts | {"rows": rows, "ttl": int(until.timestamp())})


def page(space: Space, query: PageQuery) -> Page[AmbiguousSignIn]:
    """A page of the cases that are open still, the latest first: 1 Query, and 1 call for each hundred accounts. Those
    whose accounts have been merged meanwhile are left out. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    start = {**_key(Case.named(after.rpartition("#")[2])), "ls": after} if after else None
    rows = store.ambiguities(space, start, query.limit)
    found = persons.many(space, {each for item in rows.items for each in _accounts(item)})
    shown = [_shown(item, found) for item in rows.items if _is_kept(item)]
    return Page[AmbiguousSignIn](
        items=[each for each in shown if _is_open(each)],
        next=paging.encode(rows.after["ls"]) if rows.after else None,
    )


def candidates(space: Space, case_id: str) -> tuple[Party, set[str]]:
    """By whom somebody came whose case is open, and the accounts that it may be about: 2 calls. Raises: NotFound."""
    item = store.ambiguity(space, Case.named(case_id).key)
    if item is None or "l" not in item or not _is_kept(item):
        raise NotFound
    found = persons.many(space, _accounts(item))
    return Party(item["kind"], item["party"], item["name"]), {each.person for each in _points(item, found)}


def choose(space: Space, case_id: str, person_id: str) -> None:
    """Say whose sign-in it is that a provider's person tried: the next one leads there, within 90 days. 1 call. Raises:
    NotFound."""
    store.choose(space, Case.named(case_id).key, person_id, clock.epoch_s() + KEPT_S)


def chosen(space: Space, case: Case) -> str | None:
    """Whose sign-in an admin said that it is: 1 call."""
    item = store.ambiguity(space, case.key)
    return item.get("chosen") if item and _is_kept(item) else None


def dismiss(space: Space, case_id: str) -> None:
    """Leave the accounts as they are and show the case no more; it comes back when a provider's person tries again: 1
    call. Raises: NotFound."""
    store.delete_ambiguity(space, Case.named(case_id).key)


def ending(space: Space, case: Case) -> Write:
    """The write that ends a case, if there is one."""
    return store.deleting_ambiguity(space, case.key)


def _facts(by: Party, points: Mapping[Identifier, str]) -> Item:
    told = [
        {"kind": identifier.kind, "shown": MASK + identifier.value[-_SHOWN:], "person": person_id}
        for identifier, person_id in points.items()
    ]
    return {"kind": by.kind, "party": by.id, "name": by.name, "at": clock.timestamp(), "points": told}


def _key(case: Case) -> Item:
    return {"pk": case.key[0], "sk": case.key[1], "l": store.AMBIGUOUS}


def _is_kept(item: Item) -> bool:
    return "ttl" not in item or bool(item["ttl"] > clock.epoch_s())


def _accounts(item: Item) -> set[str]:
    return {*(each["person"] for each in item["points"]), *filter(None, [_own(item)])}


def _own(item: Item) -> str | None:
    """The account that an app's person has got meanwhile."""
    return str(item["pk"]).removeprefix(person_pk("")) if item["kind"] == "app" else None


def _points(item: Item, found: Mapping[str, Person]) -> list[PointsTo]:
    points = []
    for each in item["points"]:
        person = found.get(each["person"])
        if person is not None:
            owner = person.merged_into or person.id
            points.append(PointsTo(kind=each["kind"], shown=each["shown"], person=owner, name=person.name))
    return points


def _shown(item: Item, found: Mapping[str, Person]) -> AmbiguousSignIn:
    own = found.get(_own(item) or "")
    return AmbiguousSignIn(
        id=item["ls"].rpartition("#")[2],
        by=CameBy(kind=item["kind"], id=item["party"], name=item["name"]),
        at=clock.from_timestamp(item["at"]),
        person=(own.merged_into or own.id) if own else None,
        name=own.name if own else None,
        points=_points(item, found),
        rows=item.get("rows"),
    )


def _is_open(case: AmbiguousSignIn) -> bool:
    """Whether there are several accounts still, or rows of a list."""
    return bool(case.rows) or len({case.person, *(each.person for each in case.points)} - {None}) > 1
