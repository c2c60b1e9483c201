"""References to items of banks, and how they stand in keys. Pure: no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage.items import Item

HEAD = "item#"
CONTENT = "version#"


@dataclass(frozen=True, slots=True)
class Ref:
    """A version of an item of a bank, with its key as first written (0) or as corrected so often. What it leads to
    never changes."""

    bank: str
    item: str
    version: int
    key: int = 0


def partition(bank_id: str) -> str:
    """Where all of a bank stands but what lists of banks show."""
    return f"bank#{bank_id}"


def head(item_id: str) -> str:
    """The sort key of an item's head."""
    return f"{HEAD}{item_id}"


def contents_of(item_id: str) -> str:
    """With what the sort keys of all contents of an item begin."""
    return f"{CONTENT}{item_id}#"


def content(ref: Ref) -> str:
    """The sort key of a content: versions in order, and of each its keys in order."""
    return f"{contents_of(ref.item)}{ref.version:06d}#{ref.key:04d}"


def entries(tag: str) -> str:
    """With what the sort keys of all entries of a tag begin."""
    return f"tag#{tag}#"


def entry(tag: str, item_id: str) -> str:
    """The sort key of an item's entry."""
    return f"{entries(tag)}{item_id}"


def item_of(row: Item) -> str:
    """Which item a head or an entry is of."""
    return str(row["sk"]).rpartition("#")[2]


def known(ref: Ref) -> str:
    """The sort key of what a space knows of the key of a national item's version."""
    return f"key#{ref.item}#{ref.version:06d}"


def of_content(bank_id: str, sort_key: str) -> Ref:
    """Which content has this sort key."""
    _, item_id, version, key = sort_key.split("#")
    return Ref(bank_id, item_id, int(version), int(key))


def newest(bank_id: str, row: Item) -> Ref:
    """The newest version of an item, with its newest key, by its head."""
    return Ref(bank_id, item_of(row), row["version"], corrections(row, row["version"]))


def corrections(row: Item, version: int) -> int:
    """How often the key of that version was corrected, by the item's head."""
    return int(row["corrected"].get(str(version), 0))
