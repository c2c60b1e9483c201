"""Threads in a space's learning table: one function for each access pattern.

| item | pk, sk | holds |
|---|---|---|
| thread | ``thread#<id>``, ``thread`` | the question and how it stands; index by place, newest activity |
| reply | ``thread#<id>``, ``reply#<id>`` | a reply; ids sort by time |
| version | ``thread#<id>``, ``was#<post>#<v>`` | a post as it was; the last twenty |
| lesson | ``thread#<id>``, ``lesson`` | its place in the list of its lesson (index) |
| due, open | ``thread#<id>``, ``due``, ``open`` | its places in the owner's queue and among all that wait (index) |
| report | ``thread#<id>``, ``report#<post>`` | that a post was reported, how often, why; index of all |
| wrote | ``learner#<person>``, ``wrote#<thread>#<request>`` | that a person wrote a post |
| too | ``learner#<person>``, ``too#<thread>`` | that a person has the same question |
| reported | ``learner#<person>``, ``reported#<thread>#<post>`` | that a person reported a post |
| pace | ``learner#<person>``, ``pace#<hour>`` | how much a person wrote in an hour; TTL |
| words | ``q#<place>``, ``<term>`` | threads in whose titles a term stands, in 128 slots |
| settings | ``threads``, ``settings`` | what the space promises and decides |
| tutors | ``threads``, ``tutors#<place>`` | who answers there, and whose turn it is |
| times | ``threads``, ``times#<month>#<shard>`` | how long first answers took: a histogram |
| canned | ``canned``, ``<id>`` | an answer kept ready; ``threads``, ``canned`` counts them |
| due | ``due#threads-<hour>``, ``<slug>`` (platform table) | that a question of the space is overdue after that hour |

What a post's text weighs comes on top of the capacity that is told here: 1 WCU for each KB, twice in a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib import clock, ids
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, Key, Rows, Table, TransactionFailed, Write, transact
from chalicelib.threads import items

MOST_REPLIES = 20_000
MOST_CANNED = 200
SHARDS = 4  # of a month's histogram: what a transaction holds, another waits for
SLOTS = 128
_DAYS_S, _TWO_HOURS_S = 14 * 24 * 3600, 2 * 3600
_THREADS, _CANNED = "threads", "canned"


def get(space: Space, thread_id: str) -> Item | None:
    """A thread with its question, as of now: 1 GetItem, 1 RCU for each 4 KB."""
    return table(space).get(*items.thread_key(thread_id), consistent=True)


def posts(space: Space, keys: Iterable[Key]) -> dict[Key, Item]:
    """These posts, or other items, that are there: 1 BatchGetItem a hundred, 0.5 RCU or so apiece."""
    wanted = list(keys)
    return table(space).batch_get(wanted) if wanted else {}


def replies(space: Space, thread_id: str, after: str | None, limit: int) -> Rows:
    """Replies, oldest first, after a reply's id: 1 Query, 0.5 RCU for each 4 KB."""
    pk = items.partition(thread_id)
    start = {"pk": pk, "sk": items.REPLY + after} if after else None
    return table(space).query(pk, begins_with=items.REPLY, after=start, limit=limit)


def versions(space: Space, thread_id: str, post_id: str) -> list[Item]:
    """A post as it was, newest first, twenty at most: 1 Query."""
    return table(space).query(items.partition(thread_id), begins_with=f"{items.WAS}{post_id}#", descending=True).items


def listed(space: Space, partition: str, sk: str, after: tuple[str, str] | None, limit: int, *, newest: bool) -> Rows:
    """Keys of one list of the index, after a thread and its place: 1 Query, 0.5 RCU for 35 or so. All items of a list
    have the same ``sk``."""
    start = None
    if after:
        start = {"pk": items.partition(after[0]), "sk": sk, "c": partition, "cs": after[1]}
    return table(space).query(partition, index=items.INDEX, after=start, limit=limit, descending=newest)


def reported(space: Space, after: tuple[str, str, str] | None, limit: int) -> Rows:
    """Keys of what was reported, oldest first, after a thread, a post and their place: 1 Query of the index."""
    start = None
    if after:
        pk, sk = items.report_key(after[0], after[1])
        start = {"pk": pk, "sk": sk, "c": "reports", "cs": after[2]}
    return table(space).query("reports", index=items.INDEX, after=start, limit=limit)


def overdue(space: Space, now_s: int, limit: int) -> list[Item]:
    """Keys of what still waits though its time is over: 1 Query of the index."""
    between = ("0", items.due_place(now_s, "~"))
    return table(space).query(items.open_list("waiting"), index=items.INDEX, between=between, limit=limit).items


def written(space: Space, person_id: str, after: str | None, limit: int) -> Rows:
    """That a person wrote: 1 Query, in no order that means anything."""
    pk = items.learner(person_id)
    return table(space).query(pk, begins_with="wrote#", after={"pk": pk, "sk": after} if after else None, limit=limit)


def all_of(space: Space, person_id: str, begins: str) -> list[Item]:
    """All of one kind that a person has written or done: 1 Query for each megabyte."""
    return table(space).query_all(items.learner(person_id), begins_with=begins, consistent=True)


def queue_of(space: Space, person_id: str) -> list[Item]:
    """Keys of all that a person has to answer: 1 Query of the index for each megabyte."""
    return table(space).query_all(items.queue(person_id), index=items.INDEX)


def counting(space: Space, person_id: str, what: str, most: int) -> Write:
    """The count of one more thing that a person does in this hour, if ``most`` allows it: part of a transaction."""
    hour = clock.epoch_s() // 3600
    return table(space).updating(
        items.learner(person_id),
        f"pace#{hour}",
        "ADD #what :one SET #ttl = :ttl",
        {":one": 1, ":most": most, ":ttl": hour * 3600 + _TWO_HOURS_S},
        names={"#what": what, "#ttl": "ttl"},
        condition="attribute_not_exists(#what) OR #what < :most",
    )


def timing(space: Space, thread_id: str, month: str, what: str) -> Write:
    """One more in a month's figures: part of the transaction of what is counted."""
    shard = ids.shard(thread_id, SHARDS)
    sk = f"times#{month}#{shard}"
    return table(space).updating(_THREADS, sk, "ADD #what :one", {":one": 1}, names={"#what": what})


def times(space: Space, months: Sequence[str]) -> list[Item]:
    """The figures of these months: 1 BatchGetItem for 25 months, 0.5 RCU for each shard."""
    keys = [(_THREADS, f"times#{month}#{shard}") for month in months for shard in range(SHARDS)]
    return list(table(space).batch_get(keys).values())


def settings(space: Space) -> Item:
    """What the space has decided: 1 GetItem, 0.5 RCU."""
    return table(space).get(_THREADS, "settings") or {}


def keep_settings(space: Space, facts: Mapping[str, object]) -> None:
    """1 PutItem, 1 WCU."""
    table(space).put({"pk": _THREADS, "sk": "settings", **facts})


def tutors(space: Space, place: str) -> list[str]:
    """Who answers at a place: 1 GetItem, 1 RCU."""
    return list((table(space).get(_THREADS, f"tutors#{place}", consistent=True) or {}).get("people", ()))


def keep_tutors(space: Space, place: str, people: list[str]) -> None:
    """1 UpdateItem, 1 WCU."""
    table(space).update(_THREADS, f"tutors#{place}", "SET people = :people", {":people": people}, returns="NONE")


def turn(space: Space, place: str) -> tuple[list[str], int]:
    """Who answers at a place, and the number of this turn: 1 UpdateItem, 1 WCU. A turn may be passed over."""
    item = table(space).update(_THREADS, f"tutors#{place}", "ADD n :one", {":one": 1})
    return list(item.get("people", ())), int(item["n"])


def plan(space: Space, hour: str) -> None:
    """Have the space looked at after that hour: 1 PutItem of the platform's table, 1 WCU. Repeating changes nothing."""
    ttl = clock.epoch_s() + 60 * 24 * 3600
    platform().table("people").put({"pk": f"due#threads-{hour}", "sk": space.slug, "ttl": ttl})


def planned(hour: str) -> list[str]:
    """The spaces to look at after that hour: 1 Query for each megabyte, some 10,000 spaces."""
    return [item["sk"] for item in platform().table("people").query_all(f"due#threads-{hour}")]


def note_word(space: Space, place: str, term: str, thread_id: str) -> None:
    """Let a term lead to a thread: 1 UpdateItem, up to 4 WCU. Repeating changes nothing; where a hundred others have
    the term too, an older one makes room."""
    slot = f"s{ids.shard(thread_id, SLOTS)}"
    names = {"#slot": slot}
    table(space).update(f"q#{place}", term, "SET #slot = :id", {":id": thread_id}, names=names, returns="NONE")


def forget_word(space: Space, place: str, term: str, thread_id: str) -> None:
    """Let a term lead to a thread no more: 1 UpdateItem, up to 4 WCU."""
    slot = f"s{ids.shard(thread_id, SLOTS)}"
    try:
        table(space).update(
            f"q#{place}", term, "REMOVE #slot", {":id": thread_id}, names={"#slot": slot},
            condition="#slot = :id", returns="NONE",
        )  # fmt: skip
    except ConditionFailed:
        return


def words(space: Space, place: str, terms: Iterable[str]) -> list[set[str]]:
    """The threads that each of these terms leads to: 1 BatchGetItem, up to 0.5 RCU a term."""
    found = table(space).batch_get([(f"q#{place}", each) for each in terms])
    return [{value for name, value in item.items() if name not in ("pk", "sk")} for item in found.values()]


def canned(space: Space) -> list[Item]:
    """All answers that are kept ready, two hundred at most: 1 Query."""
    return table(space).query_all(_CANNED)


def create_canned(space: Space, answer_id: str, facts: Mapping[str, object]) -> str:
    """A new one, if there is room: 1 transaction. Gives ``made``, ``there`` or ``too_many``."""
    creating = table(space).creating({"pk": _CANNED, "sk": answer_id, **facts})
    counting_it = table(space).updating(
        _THREADS, "canned", "ADD n :one", {":one": 1, ":most": MOST_CANNED},
        condition="attribute_not_exists(n) OR n < :most",
    )  # fmt: skip
    try:
        transact([creating, counting_it])
    except TransactionFailed as failure:
        return "there" if 0 in failure.failed else "too_many"
    return "made"


def edit_canned(space: Space, answer_id: str, title: str, text: str) -> Item:
    """1 UpdateItem. Raises: ConditionFailed when there is none."""
    values = {":title": title, ":text": text}
    names = {"#title": "title", "#text": "text"}
    expression = "SET #title = :title, #text = :text"
    return table(space).update(_CANNED, answer_id, expression, values, names=names, condition="attribute_exists(pk)")


def drop_canned(space: Space, answer_id: str) -> None:
    """1 transaction; dropping it again changes nothing."""
    deleting = table(space).deleting(_CANNED, answer_id, condition="attribute_exists(pk)")
    try:
        transact([deleting, table(space).updating(_THREADS, "canned", "ADD n :one", {":one": -1})])
    except TransactionFailed:
        return


def table(space: Space) -> Table:
    """The learning table: for the parts of transactions, which each verb puts together."""
    return space.table("learning")
