"""Reading the trail of a space, or of the platform, month by month."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.audit.models import AuditActor, AuditQuery, AuditRecord
from chalicelib.http import audit, paging
from chalicelib.http.models import Page
from chalicelib.people import persons
from chalicelib.people.persons import PersonCard
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


def read(space: Space, query: AuditQuery) -> Page[AuditRecord]:
    """One page of a month's records, newest first: one Query, and one BatchGet for the names."""
    month = query.month or clock.timestamp()[:7]
    after = {"pk": audit.partition(month), "sk": paging.decode(query.cursor, str)[0]} if query.cursor else None
    rows = audit.page(space, month, after, query.limit)
    cards = persons.cards(space, {item["actor"] for item in rows.items}) if rows.items else {}
    return Page[AuditRecord](
        items=[_shown(item, cards.get(item["actor"])) for item in rows.items],
        next=paging.encode(rows.after["sk"]) if rows.after else None,
    )


def _shown(item: Item, card: PersonCard | None) -> AuditRecord:
    return AuditRecord(
        at=item["at"],
        actor=AuditActor(id=item["actor"], name=card.name if card else None, roles=item["roles"]),
        operation=item["operation"],
        target=item["target"],
        made=item.get("made"),
        fields=item.get("fields"),
        given=item.get("given"),
        address=item["address"],
        request_id=item["request"],
        outcome=item.get("outcome", "done"),
    )
