"""Courses in a space's own table, and what the centre offers in the platform table: keys, and one function for each
access pattern (listed in ``docs/access-patterns.md``).

A course's head is its card too: all heads stand in one partition, so that a catalogue is one Query. Draft and versions
are small items that point to objects in S3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.courses.file_types import ContentType, FileState, Purpose
from chalicelib.metering import waiting
from chalicelib.storage import acting
from chalicelib.storage.attributes import Whole, Word, optional
from chalicelib.storage.items import Item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import Rows, Table, TransactionFailed, Write, transact

_CATALOGUE = "catalogue"
_DRAFT = "draft"
_FILE = "file"
_OFFER = "offer"
OFFERS = "national"
PENDING_S = 24 * 3600


class VersionItem(TenantItem):
    """A published version: ``course#<id>``, ``version#<number>``. The head shows the newest one by the same names."""

    table_kind = "courses"

    version = Whole()
    frozen_title = UnicodeAttribute()
    national = optional(UnicodeAttribute())  # the centre's course that this is
    prefix = UnicodeAttribute()
    pack = UnicodeAttribute()
    index = UnicodeAttribute()
    draft = optional(UnicodeAttribute())
    lessons = Whole()
    minutes = Whole()
    published_at = UnicodeAttribute()
    published_by = optional(UnicodeAttribute())

    @classmethod
    def shown_by(cls, head: Mapping[str, Any]) -> Self:
        """The version that a head shows."""
        names = head.keys() & cls.get_attributes().keys() - {"pk", "sk", "ttl"}
        return cls(**{name: head[name] for name in names})


class FileItem(TenantItem):
    """An announced or completed upload: ``file#<id>``, ``file``; it expires unless completed."""

    table_kind = "courses"

    name = UnicodeAttribute()
    content_type: Word[ContentType] = Word()
    size = Whole()  # bytes
    state: Word[FileState] = Word()
    purpose = optional(Word[Purpose]())
    created_at = UnicodeAttribute()
    by = UnicodeAttribute()
    etag = optional(UnicodeAttribute())

    @property
    def id(self) -> str:
        """The file's id, from its key."""
        return self.pk.removeprefix("file#")


def _table(space: Space) -> Table:
    return space.table("courses")


def _offers() -> Table:
    return platform().table("people")


def _course(course_id: str) -> str:
    return f"course#{course_id}"


def _version(version: int) -> str:
    return f"version#{version:05d}"


def _file(file_id: str) -> str:
    return f"file#{file_id}"


def _national(course_id: str) -> str:
    return f"national#{course_id}"


# Heads


def heads(space: Space) -> list[Item]:
    """Every course's head, as it is now: one Query for each megabyte (about 800 courses)."""
    return _table(space).query_all(_CATALOGUE, consistent=True)


def head(space: Space, course_id: str) -> Item | None:
    """One course's head, as it is now: 1 RCU per 4 KB."""
    return _table(space).get(_CATALOGUE, course_id, consistent=True)


def create_head(space: Space, course_id: str, facts: Mapping[str, Any]) -> Item:
    """A new course: 1 WCU per KB. Raises: ConditionFailed, with the course that has this id."""
    item = {"pk": _CATALOGUE, "sk": course_id, "v": 1, **facts}
    _table(space).create(item)
    return {name: value for name, value in item.items() if value is not None}


def change_head(space: Space, course_id: str, facts: Mapping[str, Any], *, seen: int | None = None) -> Item:
    """Set ``facts`` on a head (``None`` removes one): 1 WCU per KB. With ``seen``, only on that state of it.

    Raises: ConditionFailed.
    """
    expression, names, values = _setting(facts)
    condition = "attribute_exists(pk)"
    if seen is not None:
        condition, values[":seen"] = "v = :seen", seen
    return _table(space).update(_CATALOGUE, course_id, expression, values, names=names, condition=condition)


def _setting(facts: Mapping[str, Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    facts = {"updated_at": clock.timestamp(), **facts}
    names = {f"#{name}": name for name in facts}
    values: dict[str, Any] = {f":{name}": value for name, value in facts.items() if value is not None}
    sets = ", ".join(f"#{name} = :{name}" for name, value in facts.items() if value is not None)
    removes = ", ".join(f"#{name}" for name, value in facts.items() if value is None)
    values[":one"] = 1
    return f"SET {sets}" + (f" REMOVE {removes}" if removes else "") + " ADD v :one", names, values


# Drafts


def draft(space: Space, course_id: str) -> Item | None:
    """Which content is the draft's: 1 RCU. ``None`` before it was first saved."""
    return _table(space).get(_course(course_id), _DRAFT, consistent=True)


def point_draft(space: Space, course_id: str, facts: Mapping[str, Any], *, seen: str | None) -> None:
    """Make stored content the draft, if the one that was ``seen`` (its name) still is: 1 WCU.

    Raises: ConditionFailed, with the draft that someone else saved.
    """
    item = {"pk": _course(course_id), "sk": _DRAFT, **facts}
    if seen is None:
        _table(space).create(item)
    else:
        _table(space).put(item, condition="#n = :seen", values={":seen": seen}, names={"#n": "name"})


# Versions


def version(space: Space, course_id: str, number: int) -> VersionItem | None:
    """One published version: 0.5 RCU. Immutable."""
    return space[VersionItem].find(_course(course_id), _version(number))


def versions(space: Space, course_id: str, after: int | None, limit: int) -> ItemPage[VersionItem]:
    """A page of a course's versions, newest first: one Query."""
    start = _version(after) if after else None
    return space[VersionItem].page(
        _course(course_id), begins_with="version#", after=start, limit=limit, descending=True
    )


def publish(
    space: Space, course_id: str, number: int, frozen: Mapping[str, Any], shown: Mapping[str, Any], *, seen: int | None
) -> None:
    """Freeze version ``number`` and show it on the head, both or neither: 4 WCU or so.

    Raises: TransactionFailed when the head's version is no longer the one that was ``seen``.
    """
    expression, names, values = _setting(shown)
    condition = "attribute_exists(pk) AND "
    if seen is None:
        condition += "attribute_not_exists(version)"
    else:
        condition, values[":seen"] = condition + "version = :seen", seen
    transact(
        [
            _freezing(space, course_id, number, frozen),
            _table(space).updating(_CATALOGUE, course_id, expression, values, names=names, condition=condition),
        ]
    )


def _freezing(space: Space, course_id: str, number: int, frozen: Mapping[str, Any]) -> Write:
    """The put of a version that must not exist."""
    return space[VersionItem](_course(course_id), _version(number), version=number, **frozen).creating()


# Files


def announce_file(space: Space, file_id: str, facts: Mapping[str, Any], room: int) -> bool:
    """An announced upload, forgotten after a day unless completed, and counted among those of its week that wait, which
    have ``room`` bytes together. One transaction, 4 WCU. Gives whether there was room; again, it changes nothing."""
    file = _file_item(space, file_id, state="pending", ttl=clock.epoch_s() + PENDING_S, **facts)
    counted = waiting.one_more(space, facts["size"], facts["created_at"], room)
    try:
        transact([file.creating(), counted])
    except TransactionFailed as error:
        return 0 in error.failed  # it was announced before
    return True


def file(space: Space, file_id: str) -> FileItem | None:
    """One file: 1 RCU."""
    return space[FileItem].find(_file(file_id), _FILE, consistent=True)


def files(space: Space, file_ids: Iterable[str]) -> dict[str, FileItem]:
    """Files by id, as they are now: one BatchGetItem for a hundred, 1 RCU each."""
    found = space[FileItem].find_many([(_file(each), _FILE) for each in file_ids], consistent=True)
    return {item.id: item for item in found.values()}


def complete_file(space: Space, item: FileItem, facts: Mapping[str, Any]) -> FileItem:
    """An upload that was checked, by one of all who ask at once, and that waits no more: 1 transaction, 4 WCU.

    Raises: TransactionFailed when it is complete already, or gone.
    """
    ready = {**facts, "state": "ready", "ttl": None}
    completing = _file_item(space, item.id).updating(FileItem.setting(ready), FileItem.state == "pending")
    transact([completing, waiting.no_more(space, item.size, item.created_at)])
    for name, value in ready.items():
        setattr(item, name, value)
    return item


def delete_file(space: Space, item: FileItem) -> None:
    """An upload that was refused, and that waits no more: 1 transaction, 4 WCU. One that is gone is no error."""
    deleting = _table(space).deleting(_file(item.id), _FILE, condition="attribute_exists(pk)")
    with suppress(TransactionFailed):
        transact([deleting, waiting.no_more(space, item.size, item.created_at)])


def holding(space: Space, file_id: str, holder: str) -> Write:
    """A file becomes one holder's, if it is nobody else's: part of a transaction, 2 WCU."""
    return _table(space).updating(
        _file(file_id), _FILE, "SET held = :holder", {":holder": holder},
        condition="attribute_exists(pk) AND (attribute_not_exists(held) OR held = :holder)",
    )  # fmt: skip


def drop_file(space: Space, file_id: str) -> None:
    """A file that was removed: 1 DeleteItem, 1 WCU. One that is gone is no error."""
    _table(space).delete(_file(file_id), _FILE)


def _file_item(space: Space, file_id: str, **facts: Any) -> FileItem:
    return space[FileItem](_file(file_id), _FILE, **facts)


# National courses (platform table)


def offers() -> list[Item]:
    """All national courses by Vietnamese title: one Query of the index for each megabyte."""
    return _offers().query_all(OFFERS, index="listed")


def offer(course_id: str) -> Item | None:
    """What the centre offers of one of its courses: 1 RCU. A withdrawn offer is there, but closed."""
    return _offers().get(_national(course_id), _OFFER, consistent=True)


def put_offer(space: Space, course_id: str, facts: Mapping[str, Any]) -> None:
    """Offer a version, unless a newer one is offered or the course is meanwhile no longer to be: 4 WCU or so.

    Raises: TransactionFailed.
    """
    writes = [
        _table(space).checking(_CATALOGUE, course_id, "attribute_exists(offered)"),
        _offers().putting(
            {"pk": _national(course_id), "sk": _OFFER, **facts},
            condition="attribute_not_exists(pk) OR version <= :version",
            values={":version": facts["version"]},
        ),
    ]
    with acting.on_behalf_of(space.slug, beside="courses"):
        transact(writes)


def withdraw_offer(course_id: str) -> Item:
    """Take an offer out of the list; its item stays, since adopters' courses name it. Raises: ConditionFailed."""
    return _offers().update(
        _national(course_id),
        _OFFER,
        "SET withdrawn_at = if_not_exists(withdrawn_at, :at) REMOVE l, ls",
        {":at": clock.timestamp()},
        condition="attribute_exists(pk)",
    )


def adopt(space: Space, course_id: str, offered: Item, frozen: Mapping[str, Any], head: Mapping[str, Any]) -> None:
    """Make an adopted course, its version, and the note of it at the centre: all or nothing, over two tables.

    Raises: TransactionFailed when the offer changed meanwhile (position 0) or the course is there already (3).
    """
    national, number = offered["pk"], offered["version"]
    writes = [
        _offers().checking(national, _OFFER, "version = :n AND attribute_not_exists(withdrawn_at)", {":n": number}),
        _offers().putting({"pk": national, "sk": _adopter(space.slug), "course": course_id, "version": number}),
        _freezing(space, course_id, number, frozen),
        _table(space).creating({"pk": _CATALOGUE, "sk": course_id, "v": 1, **head}),
    ]
    with acting.on_behalf_of(space.slug, beside="courses"):
        transact(writes)


def adopters(course_id: str, after: str | None, limit: int) -> Rows:
    """A page of the spaces that adopted a national course: one Query."""
    start = {"pk": _national(course_id), "sk": after} if after else None
    return _offers().query(_national(course_id), begins_with="adopter#", after=start, limit=limit, consistent=True)


def note_latest(space: Space, course_id: str, number: int) -> None:
    """Tell an adopted course that the centre has a newer version: 1 WCU. Raises: ConditionFailed when it knows."""
    _table(space).update(
        _CATALOGUE,
        course_id,
        "SET latest = :n ADD v :one",
        {":n": number, ":one": 1},
        condition="latest < :n",
        returns="NONE",
    )


def note_adopter(course_id: str, slug: str, number: int) -> None:
    """Which version an adopter has now: 1 WCU."""
    _offers().update(
        _national(course_id), _adopter(slug), "SET version = :n", {":n": number}, condition="attribute_exists(pk)",
        returns="NONE",
    )  # fmt: skip


def _adopter(slug: str) -> str:
    return f"adopter#{slug}"
