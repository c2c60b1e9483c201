"""The library in a space's table of courses: keys, and one function for each access pattern.

| item | pk, sk | holds |
|---|---|---|
| document | ``library``, ``doc#<id>`` | what it is called, whom it is for, and its newest version |
| collections | ``library``, ``collections`` | all collections in their order |
| counts | ``library``, ``counts`` | how many documents there are, the last number given, postings of the index |
| version | ``library#<id>``, ``version#<00001>`` | a file or a link, and what was new in it |
| text | ``library#<id>``, ``text`` | what the newest version says, and the words by which it is found |
| use | ``library#<id>``, ``used#<course>`` | that published lessons of a course name it |
| readings | ``library#<id>``, ``read#<shard>`` | how often it was read, altogether and by month |
| read | ``library-read#<id>#<day>#<shard>``, ``<person>`` | that a person was counted on a day; TTL |
| leftover | ``library-leftovers``, ``<day>#<file>`` | a file of a document that is gone, to be removed on that day |
| day | ``due#library-<day>``, ``<slug>`` (platform table) | that the space has such files; TTL |
| word | ``library-words#<letter>``, ``<word>`` | the numbers of all documents that have a word |

Adding a document to a word, or taking it out, may be repeated: a word holds a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from chalicelib import clock, ids
from chalicelib.library.models import MOST_DOCUMENTS
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, Rows, Table, TransactionFailed, Write, transact

SHARDS = 16  # of a document's readings: transactions on one counter wait for each other
MOST_POSTINGS = 2_000_000  # words of all documents together
_LIBRARY, _COUNTS, _COLLECTIONS, _TEXT = "library", "counts", "collections", "text"
_LEFTOVERS = "library-leftovers"
_YEAR_S = 366 * 24 * 3600
_TWO_DAYS_S = 2 * 24 * 3600


def _table(space: Space) -> Table:
    return space.table("courses")


def _doc(document_id: str) -> str:
    return f"doc#{document_id}"


def _parts(document_id: str) -> str:
    return f"library#{document_id}"


def _version(number: int) -> str:
    return f"version#{number:05d}"


def documents(space: Space) -> list[Item]:
    """All documents, as they are now: one Query for each megabyte, some 1,500 of them."""
    return _table(space).query_all(_LIBRARY, begins_with="doc#", consistent=True)


def document(space: Space, document_id: str) -> Item | None:
    """One document, as it is now: 1 RCU."""
    return _table(space).get(_LIBRARY, _doc(document_id), consistent=True)


def next_number(space: Space) -> int:
    """A number that no document has had: 1 WCU. One may be left out."""
    counted = _table(space).update(_LIBRARY, _COUNTS, "ADD given :one, postings :none", {":one": 1, ":none": 0})
    return int(counted["given"])


def create(
    space: Space, document_id: str, head: Mapping[str, Any], version: Mapping[str, Any], also: Sequence[Write] = ()
) -> str:
    """A document with its first version, and ``also`` these writes, if there is room for one more: 1 transaction, 6 WCU
    or so. Gives ``made``, ``there``, ``full``, or ``refused`` where one of those writes is."""
    counting = _counting(space, 1, "attribute_not_exists(documents) OR documents < :most")
    writes = [
        _table(space).creating({"pk": _LIBRARY, "sk": _doc(document_id), "v": 1, **head}),
        _table(space).creating({"pk": _parts(document_id), "sk": _version(1), **version}),
        counting,
        *also,
    ]
    try:
        transact(writes)
    except TransactionFailed as failure:
        if 0 in failure.failed or 1 in failure.failed:
            return "there"
        return "full" if 2 in failure.failed else "refused"
    return "made"


def _counting(space: Space, by: int, condition: str | None = None) -> Write:
    values = {":by": by, **({":most": MOST_DOCUMENTS} if condition else {})}
    return _table(space).updating(_LIBRARY, _COUNTS, "ADD documents :by", values, condition=condition)


def change(space: Space, document_id: str, facts: Mapping[str, Any], seen: int) -> Item:
    """Set facts of a document (``None`` removes one) that is as it was seen: 1 WCU per KB. Raises: ConditionFailed."""
    expression, names, values = _setting(facts)
    values |= {":seen": seen, ":next": seen + 1}
    return _table(space).update(
        _LIBRARY, _doc(document_id), expression, values, names=names, condition="attribute_exists(pk) AND v = :seen"
    )


def _setting(facts: Mapping[str, Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    names = {f"#{name}": name for name in facts}
    values = {f":{name}": value for name, value in facts.items() if value is not None}
    sets = ", ".join(["v = :next", *(f"#{name} = :{name}" for name in facts if facts[name] is not None)])
    removes = ", ".join(f"#{name}" for name in facts if facts[name] is None)
    return f"SET {sets}" + (f" REMOVE {removes}" if removes else ""), names, values


def add_version(
    space: Space,
    document_id: str,
    version: Mapping[str, Any],
    facts: Mapping[str, Any],
    seen: int,
    also: Sequence[Write] = (),
) -> str:
    """A further version, which the document then shows, and ``also`` these writes, if it is as it was seen: 1
    transaction, 4 WCU or so. Gives ``made``, ``stale``, or ``refused`` where one of those writes is."""
    expression, names, values = _setting(facts)
    values |= {":seen": seen, ":next": seen + 1}
    showing = _table(space).updating(
        _LIBRARY, _doc(document_id), expression, values, names=names, condition="attribute_exists(pk) AND v = :seen"
    )
    try:
        number = _version(facts["version"])
        transact([_table(space).creating({"pk": _parts(document_id), "sk": number, **version}), showing, *also])
    except TransactionFailed as failure:
        return "stale" if 0 in failure.failed or 1 in failure.failed else "refused"
    return "made"


def versions(space: Space, document_id: str, after: int | None, limit: int) -> Rows:
    """A page of a document's versions, newest first: 1 Query."""
    pk = _parts(document_id)
    start = {"pk": pk, "sk": _version(after)} if after else None
    return _table(space).query(pk, begins_with="version#", after=start, limit=limit, descending=True)


def remove(space: Space, document_id: str) -> bool:
    """Take a document away unless lessons name it: 1 transaction, 4 WCU or so. What belongs to it is left. Gives
    whether it was there and went. Raises: ConditionFailed when it is used."""
    deleting = _table(space).deleting(
        _LIBRARY, _doc(document_id), condition="attribute_exists(pk) AND attribute_not_exists(used)"
    )
    try:
        transact([deleting, _counting(space, -1)])
    except TransactionFailed as failure:
        if failure.items.get(0):
            raise ConditionFailed(failure.items[0]) from None
        return False
    return True


def rest_of(space: Space, document_id: str) -> list[Item]:
    """All that belongs to a document: versions, text, uses, readings. 1 Query for each megabyte."""
    return _table(space).query_all(_parts(document_id), consistent=True)


def drop(space: Space, item: Item) -> None:
    """One thing that belonged to a document that is gone: 1 WCU per KB. Repeating changes nothing."""
    _table(space).delete(item["pk"], item["sk"])


def leave(space: Space, day: str, file_id: str, document_id: str) -> None:
    """A file of a document that is gone is to be removed on that day: 2 PutItems, 1 WCU each. Repeating it changes
    nothing."""
    ttl = clock.epoch_s() + _YEAR_S
    platform().table("people").put({"pk": f"due#library-{day}", "sk": space.slug, "ttl": ttl})
    _table(space).put({"pk": _LEFTOVERS, "sk": f"{day}#{file_id}", "file": file_id, "document": document_id})


def left(space: Space, day: str, limit: int) -> list[Item]:
    """Files that are to be removed on that day or before: 1 Query."""
    return _table(space).query(_LEFTOVERS, between=("0", f"{day}~"), limit=limit).items


def leaving(day: str) -> list[str]:
    """The spaces that have files to be removed on that day: 1 Query for each megabyte, some 10,000 spaces."""
    return [item["sk"] for item in platform().table("people").query_all(f"due#library-{day}")]


def collections(space: Space) -> Item:
    """All collections: 1 GetItem, 1 RCU for each 4 KB."""
    return _table(space).get(_LIBRARY, _COLLECTIONS, consistent=True) or {}


def keep_collections(space: Space, kept: Sequence[Mapping[str, str]], seen: int) -> None:
    """All collections in place of those that were seen (0: none yet): 1 PutItem. Raises: ConditionFailed."""
    item = {"pk": _LIBRARY, "sk": _COLLECTIONS, "v": seen + 1, "all": list(kept)}
    if seen:
        _table(space).put(item, condition="v = :seen", values={":seen": seen})
    else:
        _table(space).create(item)


# What is read, and how often


def note_reading(space: Space, document_id: str, person_id: str, day: str) -> bool:
    """Count a person's reading of that day, once: 1 transaction, 4 WCU. Gives whether it was counted now."""
    shard = ids.shard(person_id, SHARDS)
    counting = _table(space).updating(
        _parts(document_id),
        f"read#{shard:02d}",
        "ADD readings :one, #month :one",
        {":one": 1},
        names={"#month": f"m{day[:7]}"},
    )
    noted = {
        "pk": f"library-read#{document_id}#{day}#{shard:02d}",
        "sk": person_id,
        "ttl": clock.epoch_s() + _TWO_DAYS_S,
    }
    try:
        transact([_table(space).creating(noted), counting])
    except TransactionFailed:
        return False
    return True


def readings(space: Space, document_id: str) -> list[Item]:
    """How often a document was read, in 16 parts: 1 Query."""
    return _table(space).query(_parts(document_id), begins_with="read#").items


# Lessons that name it


def lend(space: Space, course_id: str, title: str, lessons: Mapping[str, Sequence[str]]) -> None:
    """Note that published lessons of a course (by their titles) name these documents: 1 transaction for each 50, 4 WCU
    a document. Repeating it changes nothing. Raises: TransactionFailed when one is gone."""
    for start in range(0, len(lessons), 50):
        writes = []
        for document_id, titles in list(lessons.items())[start : start + 50]:
            writes.append(
                _table(space).updating(
                    _LIBRARY, _doc(document_id), "SET used = :yes", {":yes": True}, condition="attribute_exists(pk)"
                )
            )
            used = {"pk": _parts(document_id), "sk": f"used#{course_id}", "title": title, "lessons": list(titles)}
            writes.append(_table(space).putting(used))
        transact(writes)


def uses(space: Space, document_id: str, limit: int) -> list[Item]:
    """Courses whose published lessons name a document: 1 Query."""
    return _table(space).query(_parts(document_id), begins_with="used#", limit=limit).items


# What it says


def text(space: Space, document_id: str) -> Item | None:
    """What a document says, and its words, as of now: 1 GetItem, up to 100 RCU."""
    return _table(space).get(_parts(document_id), _TEXT, consistent=True)


def texts(space: Space, document_ids: Iterable[str]) -> dict[str, Item]:
    """What these documents say: 1 BatchGetItem, up to 50 RCU each and commonly 5."""
    keys = [(_parts(each), _TEXT) for each in document_ids]
    found = _table(space).batch_get(keys) if keys else {}
    return {pk.removeprefix("library#"): item for (pk, _), item in found.items()}


def keep_text(space: Space, document_id: str, version: int, facts: Mapping[str, Any], postings: int = 0) -> str:
    """What a document says, if that is still its newest version, and so many words more or fewer in the index, if that
    has room: 1 transaction, 2 WCU per KB. Gives ``kept``, ``stale`` or ``full``."""
    current = _table(space).checking(_LIBRARY, _doc(document_id), "version = :version", {":version": version})
    text_of = {"pk": _parts(document_id), "sk": _TEXT, "version": version, **facts}
    try:
        transact([current, _table(space).putting(text_of), *_counting_postings(space, postings)])
    except TransactionFailed as failure:
        return "stale" if 0 in failure.failed else "full"
    return "kept"


def drop_text(space: Space, item: Item) -> None:
    """What a document that is gone has said, and its words in the index: 1 transaction. Repeating changes nothing."""
    dropping = _table(space).deleting(item["pk"], item["sk"], condition="attribute_exists(pk)")
    with suppress(TransactionFailed):
        transact([dropping, *_counting_postings(space, -item.get("counted", 0))])


def _counting_postings(space: Space, by: int) -> list[Write]:
    if not by:
        return []
    condition = "postings <= :room" if by > 0 else None
    values = {":by": by, **({":room": MOST_POSTINGS - by} if by > 0 else {})}
    return [_table(space).updating(_LIBRARY, _COUNTS, "ADD postings :by", values, condition=condition)]


def tell_text(space: Space, document_id: str, version: int, state: str) -> bool:
    """What became of reading that version, if it is still the newest: 1 WCU per KB."""
    try:
        _table(space).update(
            _LIBRARY, _doc(document_id), "SET #text = :state", {":state": state, ":version": version},
            names={"#text": "text"}, condition="version = :version", returns="NONE",
        )  # fmt: skip
    except ConditionFailed:
        return False
    return True


def _word(word: str) -> tuple[str, str]:
    return f"library-words#{word[0]}", word


def add_word(space: Space, word: str, number: int) -> None:
    """Let a word lead to a document: 1 UpdateItem, up to 12 WCU and commonly 1. Repeating changes nothing."""
    _table(space).update(*_word(word), "ADD docs :it", {":it": {number}}, returns="NONE")


def drop_word(space: Space, word: str, number: int) -> None:
    """Let a word lead to a document no more: 1 UpdateItem. Repeating changes nothing."""
    _table(space).update(*_word(word), "DELETE docs :it", {":it": {number}}, returns="NONE")


def words(space: Space, asked: Iterable[str]) -> dict[str, set[int]]:
    """The numbers of the documents that each of these words leads to: 1 BatchGetItem, up to 2 RCU a word."""
    keys = [_word(each) for each in asked]
    found = _table(space).batch_get(keys) if keys else {}
    return {word: set(item.get("docs", ())) for (_, word), item in found.items()}


def words_beginning(space: Space, beginning: str, limit: int) -> set[int]:
    """The numbers of the documents with words that begin so, of the first ``limit`` words: 1 Query, commonly 2 RCU."""
    pk, prefix = _word(beginning)
    found = _table(space).query(pk, begins_with=prefix, limit=limit).items
    return {number for item in found for number in item.get("docs", ())}
