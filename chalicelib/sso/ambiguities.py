"""Sign-ins that were refused because what a provider vouches for stands in several accounts: an admin sees what points
where, and merges the accounts, mends them, or dismisses the case.

One case for each of a provider's people, however often they try; forgotten after three months. What was told is kept
masked: whoever is refused has no account here in which their data would stand.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import clock, ids
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.people import persons
from chalicelib.people.identifiers import MASK, Identifier
from chalicelib.people.person import Person
from chalicelib.sso import store
from chalicelib.sso.models import AmbiguousSignIn, PointsTo
from chalicelib.sso.providers import Provider
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

KEPT_S = 90 * 86_400
_SHOWN = 3  # of an identifier's characters: enough to tell it from the account's others


def note(space: Space, provider: Provider, own: Identifier, points: Mapping[Identifier, str]) -> None:
    """Keep that somebody (``own``: the provider's name for them) was refused, and what points to whom: 1 call."""
    told = [
        {"kind": identifier.kind, "shown": MASK + identifier.value[-_SHOWN:], "person": person_id}
        for identifier, person_id in points.items()
    ]
    facts = {"provider": provider.id, "name": provider.terms["name"], "at": clock.timestamp(), "points": told}
    case_id = ids.derived("ambiguous", space.slug, own.text)
    store.put_ambiguity(space, case_id, facts | {"ttl": clock.epoch_s() + KEPT_S})


def page(space: Space, query: PageQuery) -> Page[AmbiguousSignIn]:
    """A page of the cases that are open still, the latest first: 1 Query, and 1 call for each hundred accounts. Those
    whose accounts have been merged meanwhile are left out. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    rows = store.ambiguities(space, after, query.limit)
    found = persons.many(space, {each["person"] for item in rows.items for each in item["points"]})
    shown = (_shown(item, found) for item in rows.items if item["ttl"] > clock.epoch_s())
    return Page[AmbiguousSignIn](
        items=[each for each in shown if len({point.person for point in each.points}) > 1],
        next=paging.encode(rows.after["ls"]) if rows.after else None,
    )


def dismiss(space: Space, case_id: str) -> None:
    """Show a case no more, until that person tries again: 1 call. Raises: NotFound."""
    store.delete_ambiguity(space, case_id)


def _shown(item: Item, found: Mapping[str, Person]) -> AmbiguousSignIn:
    points = []
    for each in item["points"]:
        person = found.get(each["person"])
        if person is None:
            continue
        points.append(
            PointsTo(
                kind=each["kind"],
                shown=each["shown"],
                person=person.merged_into or person.id,
                name=person.name,
            )
        )
    return AmbiguousSignIn(
        id=item["pk"].removeprefix(store.AMBIGUITY),
        provider=item["provider"],
        provider_name=item["name"],
        at=clock.from_timestamp(item["at"]),
        points=points,
    )
