"""Banks and items as people see them."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.banks import refs
from chalicelib.banks.contents import Content, Ref
from chalicelib.banks.models import Bank, BankItem, ItemCard, NationalBank, Revision, Sharing
from chalicelib.banks.store import ContentItem
from chalicelib.storage.items import Item


def bank(head: Item) -> Bank:
    """A bank."""
    return Bank(
        id=head["sk"],
        title=head["title"],
        description=head["description"],
        items=head["items"],
        archived_at=head.get("archived_at"),
        sharing=_sharing(head),
        created_at=head["created_at"],
        updated_at=head["updated_at"],
    )


def _sharing(head: Item) -> Sharing:
    if "shared_at" in head:
        return "shared"
    return "copying" if "sharing_at" in head else "none"


def national_bank(head: Item) -> NationalBank:
    """A bank that the centre shares."""
    return NationalBank(
        id=head["sk"],
        title=head["title"],
        description=head["description"],
        items=head["items"],
        shared_at=head["shared_at"],
    )


def _found_by(head: Item) -> dict[str, Any]:
    facts = head["filed"]
    return {
        "competences": facts["competences"],
        "difficulty": facts.get("difficulty"),
        "tags": facts["tags"],
        "archived_at": head.get("archived_at"),
        "updated_at": head["updated_at"],
    }


def card(bank_id: str, head: Item) -> ItemCard:
    """An item in a list."""
    ref = refs.newest(bank_id, head)
    return ItemCard(
        id=ref.item,
        version=ref.version,
        key=ref.key,
        kind=head["kind"],
        prompt=head["prompt"],
        points=head["points"],
        **_found_by(head),
    )


def item(head: Item, ref: Ref, content: Content) -> BankItem:
    """An item with its question at a version and key."""
    return BankItem(
        id=ref.item,
        bank=ref.bank,
        version=ref.version,
        key=ref.key,
        newest=ref == refs.newest(ref.bank, head),
        question=content.question,
        pictures=content.addresses(),
        created_at=head["created_at"],
        **_found_by(head),
    )


def revision(bank_id: str, row: ContentItem) -> Revision:
    """A version, or a correction of its key."""
    ref = refs.of_content(bank_id, row.sk)
    return Revision(
        version=ref.version, key=ref.key, at=clock.from_timestamp(row.at), by=row.by or None, reason=row.reason
    )
