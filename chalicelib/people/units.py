"""Organisational units: a tree of names. A unit's path is made of its own and its elders' names, so whoever names the
same unit, in whatever capitals and spacing, means the same one, and everything under it has paths that begin alike."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib import vietnamese
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.http import paging
from chalicelib.http.caching import Remembered
from chalicelib.people import profile
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed, transact

DEEPEST = 8
_PK = "units"
_ALIASES = "unit-names"  # former and further names, by the path that a unit of that name would have
_KEPT = 20_000
_known: Remembered[tuple[str, str], Item] = Remembered(_KEPT, fresh_s=60)


class UnitExists(Conflict):
    """There is a unit of that name at that place."""

    code = "unit_exists"
    vi = "Đã có đơn vị mang tên này tại đây."
    en = "There is a unit of this name at this place."


class UnitTooDeep(Conflict):
    """The tree has no further level."""

    code = "unit_too_deep"
    vi = "Cây đơn vị có tối đa {deepest} cấp."
    en = "The tree of units has at most {deepest} levels."


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its path, and its name without its elders'."""

    path: str
    name: str

    @property
    def parent(self) -> str | None:
        """The path of the unit above."""
        return self.path.rpartition("/")[0] or None


def path_under(parent: str, name: str) -> str:
    """The path that a unit of this name always has under that one (empty: at the top). No I/O.

    Case and spacing make no difference, diacritics do: Xã Bình Sơn and Xã Bình Son are two.
    """
    folded = vietnamese.clean_line(name).casefold()
    digest = hashlib.blake2b(f"{parent}\x1f{folded}".encode(), digest_size=5).digest()
    own = base64.b32encode(digest).decode().lower()
    return f"{parent}/{own}" if parent else own


def within(path: str, above: str) -> bool:
    """Whether a unit is this one, or under it."""
    return path == above or path.startswith(f"{above}/")


def ensure(space: Space, names: Sequence[str]) -> str:
    """The path of the unit of these names (eldest first), which are made unless they are there.

    0 calls for a unit that this container knows, else 1 for each name. Raises: PydanticCustomError for names that are
    none.
    """
    path = ""
    for name in names[:DEEPEST]:
        path = _ensured(space, path, profile.line(name))
    return path


def find(space: Space, names: Sequence[str]) -> tuple[str, list[str]]:
    """The path that :func:`ensure` would give, and those of its units that it would have to make. Nothing is written: 0
    calls for a unit that this container knows, else 1 for each name. Raises: PydanticCustomError."""
    path, missing = "", list[str]()
    for name in names[:DEEPEST]:
        path = path_under(path, profile.line(name))
        item = None if missing else _looked_up(space, path)
        if item is None:
            missing.append(path)
        else:
            path = item.get("alias_of", path)
    return path, missing


def create(space: Space, parent: str | None, name: str) -> Unit:
    """A new unit. 2 calls. Raises: NotFound (no such parent), UnitTooDeep, UnitExists."""
    if parent:
        names_of(space, parent)
        if parent.count("/") + 1 >= DEEPEST:
            raise UnitTooDeep(deepest=DEEPEST)
    path = path_under(parent or "", name)
    try:
        space.table("people").create({"pk": _PK, "sk": path, "name": name})
    except ConditionFailed:
        raise UnitExists from None
    return Unit(path, name)


def rename(space: Space, path: str, name: str, was: str | None = None) -> Unit:
    """Give a unit another name; its path, and whoever is in it, stay. Lists find it under both names. With ``was``,
    only while that is its name.

    1 transaction. Raises: NotFound, UnitExists, PreconditionFailed.
    """
    table = space.table("people")
    parent = path.rpartition("/")[0]
    other = path_under(parent, name)
    values = {":name": name} | ({":was": was} if was is not None else {})
    condition = "attribute_exists(pk)" if was is None else "#name IN (:was, :name)"
    writes = [table.updating(_PK, path, "SET #name = :name", values, names={"#name": "name"}, condition=condition)]
    if other != path:
        writes.append(
            table.putting(
                {"pk": _ALIASES, "sk": other, "name": name, "alias_of": path},
                condition="attribute_not_exists(pk) OR alias_of = :path",
                values={":path": path},
            )
        )
    try:
        transact(writes)
    except TransactionFailed as failure:
        if 0 not in failure.failed:
            raise UnitExists from None
        raise (PreconditionFailed if 0 in failure.items else NotFound) from None
    _known.forget((space.slug, path))
    _known.forget((space.slug, other))
    return Unit(path, name)


def names_of(space: Space, path: str) -> list[str]:
    """The names of a unit and its elders, eldest first: 0 calls when warm, else 1. Raises: NotFound."""
    found = named(space, [path])
    if path not in found:
        raise NotFound
    return found[path]


def named(space: Space, paths: Iterable[str]) -> dict[str, list[str]]:
    """The names of these units and their elders by path, of those that exist: one BatchGetItem for each hundred that
    this container does not know."""
    wanted = set(paths)
    every = {elder for path in wanted for elder in _lineage(path)}
    known = {path: item["name"] for path in every if (item := _known.peek((space.slug, path)))}
    missing = [(_PK, path) for path in every if path not in known]
    if missing:
        for (_, path), item in space.table("people").batch_get(missing).items():
            known[path] = item["name"]
            _known.keep((space.slug, path), item)
    return {path: [known.get(each, "") for each in _lineage(path)] for path in wanted if path in known}


def page(space: Space, under: str | None, cursor: str | None, limit: int) -> tuple[list[Unit], str | None]:
    """Units by path, all or those under one, and the cursor of the next page: one Query. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    start = {"pk": _PK, "sk": after} if after else None
    rows = space.table("people").query(_PK, begins_with=f"{under}/" if under else "", after=start, limit=limit)
    for item in rows.items:
        _known.keep((space.slug, item["sk"]), item)
    more = paging.encode(rows.after["sk"]) if rows.after else None
    return [Unit(item["sk"], item["name"]) for item in rows.items], more


def _ensured(space: Space, parent: str, name: str) -> str:
    path = path_under(parent, name)
    item = _looked_up(space, path)
    if item is None:
        item = {"pk": _PK, "sk": path, "name": name}
        with suppress(ConditionFailed):  # another list has just made it
            space.table("people").create(item)
        _known.keep((space.slug, path), item)
    return str(item.get("alias_of", path))


def _looked_up(space: Space, path: str) -> Item | None:
    """The unit that has this path, or of which that is another name."""
    known = _known.peek((space.slug, path))
    if known:
        return known
    found = space.table("people").batch_get([(_PK, path), (_ALIASES, path)], consistent=True)
    item = found.get((_PK, path)) or found.get((_ALIASES, path))
    if item:
        _known.keep((space.slug, path), item)
    return item


def _lineage(path: str) -> list[str]:
    ids = path.split("/")
    return ["/".join(ids[: depth + 1]) for depth in range(len(ids))]
