"""What of the platform's table a tenant's work may name, and which of it is written in one transaction with its own.

That table is everybody's, and a function's own rights part kinds of partitions, not tenants: so this list stands
between one tenant's work and another's partitions (``acting.py`` holds every request against it). Not bound by it are
operators' work, and what runs before it is known for whom: a space is looked up and its requests are counted, a job is
taken up, log lines are added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from chalicelib import config

Request = Mapping[str, Any]
Shared = Literal["figures", "courses"]
Rule = Callable[[str, str, str], bool]  # the tenant's slug, what follows the partition's kind, the sort key


def _anyones(_slug: str, _rest: str, _sk: str) -> bool:
    return True


def _nobodys(_slug: str, _rest: str, _sk: str) -> bool:
    return False


def _named_for_it(slug: str, rest: str, _sk: str) -> bool:
    """``job#hue``: the partition is the tenant's."""
    return rest == slug


def _numbered_by_it(slug: str, rest: str, _sk: str) -> bool:
    """``credential#hue.<id>``: the number begins with the tenant's name."""
    return rest.startswith(f"{slug}.")


def _in_its_row(slug: str, _rest: str, sk: str) -> bool:
    """``hue``, ``adopter#hue``: the partition has a row for each tenant."""
    return sk == slug or sk.endswith(f"#{slug}")


def _in_its_row_or_the_centres(slug: str, rest: str, sk: str) -> bool:
    return _in_its_row(slug, rest, sk) or slug == config.current().central


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of partition: which of it a tenant's work reads, which it writes, and whether it may make the first item
    where none is."""

    reads: Rule
    writes: Rule
    makes: bool = False


# By what a partition begins with, up to ``#``. What is not listed no tenant's work names, its own included: the count
# of requests (``quota#``), what all used (``usage-month#``), operators' accounts, sessions and audit trail.
PARTS: dict[str, Part] = {
    # Its registry item: its face and settings, which its admins change, and the steps of its opening and closing.
    "tenant": Part(_named_for_it, _named_for_it),
    # Its jobs: asked for by its people, told of by whoever works on them.
    "job": Part(_named_for_it, _named_for_it),
    # What it used, for its admins; metering adds it up.
    "usage": Part(_named_for_it, _nobodys),
    # What it stores, looked at before an upload and changed by one.
    "usage-stored": Part(_in_its_row, _in_its_row),
    # On which days somebody of it is to be reminded; who else has such a day is not its to know.
    "due": Part(_nobodys, _in_its_row),
    # On which mornings its people get a letter of what is new.
    "digest": Part(_nobodys, _in_its_row),
    # What the centre offers, to all; whoever adopted it keeps a row in it.
    "national": Part(_anyones, _in_its_row_or_the_centres),
    # Frameworks of competences, which the centre imports for all.
    "framework": Part(_anyones, _nobodys),
    "frameworks": Part(_anyones, _nobodys),
    # How many learn where, no person among them: before one more registers, and when a space is counted anew. It is
    # written in one transaction with what is counted, or not at all.
    "national-figures": Part(_anyones, _nobodys),
    # What it has issued and signs with: public, and kept here to outlive its own tables.
    "credential": Part(_numbered_by_it, _numbered_by_it),
    "issuer": Part(_named_for_it, _named_for_it),
    # The keys that sign tokens, which every request is verified with. A new deployment has none until one is asked for.
    "keyring": Part(_anyones, _nobodys, makes=True),
}
# Of the index ``listed``: what the centre offers. Neither the registry nor the list of open jobs.
INDEXED = frozenset({"national"})


@dataclass(frozen=True, slots=True)
class Beside:
    """Partitions that are written in one transaction with a space's own items, as IAM's patterns, and by which parts of
    a transaction."""

    partitions: tuple[str, ...]
    by: tuple[str, ...]
    writes: Rule


SHARED: dict[Shared, Beside] = {
    "figures": Beside(
        (
            "national-figures",
            "national-figures#audiences",
            "national-figures#courses",
            "national-figures#skills#*",
            "national-figures#????-??",
        ),
        ("Update",),
        _in_its_row,
    ),
    "courses": Beside(("national#*",), ("Put", "ConditionCheck"), _in_its_row_or_the_centres),
}

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "TransactGetItems", "Get", "ConditionCheck"})
_FIRST = "attribute_not_exists(pk)"
# One equality names the partition; of our two writers of queries, both say it first.
_EQUALS = re.compile(r"\(?(#\w+) = (:\w+)")


def allows(slug: str, table: str, operation: str, request: Request) -> bool:
    """Whether a request names no more of that table, the platform's, than the list has for this tenant."""
    if "RequestItems" not in request and "TransactItems" not in request:
        return _may(slug, operation, request)
    parts = list(_parts(table, operation, request))
    return bool(parts) and all(_may(slug, how, part) for how, part in parts)


def allows_beside(slug: str, table: str, beside: Shared | None, request: Request) -> bool:
    """Whether a transaction's parts in the platform's table are those that may be written beside the space's own."""
    parts = list(_parts(table, "", request))
    return beside is not None and bool(parts) and all(_may_beside(slug, SHARED[beside], *each) for each in parts)


def _parts(table: str, operation: str, request: Request) -> Iterator[tuple[str, Request]]:
    """What a request does with that table's items: each part with how it does it."""
    if "TableName" in request:
        yield operation, request
    asked = request.get("RequestItems", {}).get(table, ())
    if isinstance(asked, Mapping):
        yield from ((operation, {"Key": key}) for key in asked["Keys"])
    else:
        yield from ((operation, part) for each in asked for part in each.values())
    for each in request.get("TransactItems", ()):
        yield from ((how, part) for how, part in each.items() if part["TableName"] == table)


def _may(slug: str, how: str, part: Request) -> bool:
    if how == "Query":
        return _may_query(slug, part)
    place = _place(part)
    if place is None:
        return False
    partition, sk = place
    kind, _, rest = partition.partition("#")
    listed = PARTS.get(kind)
    if listed is None:
        return False
    if how in _READS:
        return listed.reads(slug, rest, sk)
    return listed.writes(slug, rest, sk) or (listed.makes and _makes_the_first(part))


def _makes_the_first(part: Request) -> bool:
    return "Item" in part and part.get("ConditionExpression") == _FIRST


def _place(part: Request) -> tuple[str, str] | None:
    """Partition and sort key of the one item that a part names."""
    key, item = part.get("Key"), part.get("Item")
    if (key is None) == (item is None):
        return None
    named = key or item or {}
    return named["pk"]["S"], named["sk"]["S"]


def _may_query(slug: str, request: Request) -> bool:
    said = _EQUALS.match(request.get("KeyConditionExpression", ""))
    if said is None:
        return False
    attribute = request["ExpressionAttributeNames"][said[1]]
    partition = request["ExpressionAttributeValues"][said[2]]["S"]
    if "IndexName" in request:
        return attribute == "l" and partition in INDEXED
    kind, _, rest = partition.partition("#")
    # Of a partition with a row for each, all of it would be read.
    return attribute == "pk" and kind in PARTS and PARTS[kind].reads(slug, rest, "")


def _may_beside(slug: str, beside: Beside, how: str, part: Request) -> bool:
    place = _place(part)
    if place is None or how not in beside.by:
        return False
    partition, sk = place
    listed = any(fnmatchcase(partition, pattern) for pattern in beside.partitions)
    return listed and (how in _READS or beside.writes(slug, "", sk))
