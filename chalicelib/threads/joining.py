"""What two accounts that become one have written: the other's follows to the account that is kept, and back.

Each post moves in one transaction with what leads to it, so that a kill leaves nothing half done; done again, the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.people import origins
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import handing_on, items, promise, store
from chalicelib.threads.items import Thread


def join(space: Space, kept_id: str, other_id: str) -> None:
    """Let what the other account wrote, asked too, reported and has to answer be the kept one's: 1 call for each, and
    4."""
    for item in store.all_of(space, other_id, "wrote#"):
        _move_post(space, item, other_id, kept_id)
    for begins in ("too#", "reported#"):
        for item in store.all_of(space, other_id, begins):
            _move_mark(space, item, other_id, kept_id)
    kept_answers = bool(promise.answering(space, [kept_id]))
    for item in store.queue_of(space, other_id):
        if kept_answers:
            _move_turn(space, item, other_id, kept_id)
        else:
            handing_on.hand_on(space, item, other_id)  # roles do not move: it is nobody's who may not answer


def part(space: Space, kept_id: str, other_id: str) -> None:
    """Give the other account back what it had written; whom a question was given to since stays."""
    for item in store.all_of(space, kept_id, "wrote#"):
        if origins.is_from(item.get("from"), other_id):
            _move_post(space, item, kept_id, other_id)
    for begins in ("too#", "reported#"):
        for item in store.all_of(space, kept_id, begins):
            if origins.is_from(item.get("from"), other_id):
                _move_mark(space, item, kept_id, other_id)


def _move_post(space: Space, item: Item, from_id: str, to_id: str) -> None:
    table, thread_id = store.table(space), item["thread"]
    reply = item.get("reply")
    key = items.reply_key(thread_id, reply) if reply else items.thread_key(thread_id)
    values = {":to": to_id, ":from": from_id}
    renamed = table.updating(
        *key, "SET #by = :to", values, names={"#by": "by"}, condition="attribute_exists(pk) AND #by = :from"
    )
    _try([renamed, *_moved(space, item, from_id, to_id)])


def _moved(space: Space, item: Item, from_id: str, to_id: str) -> Iterator[Write]:
    """Where it has come from goes along, and is forgotten at home."""
    table = store.table(space)
    came_from = origins.followed(item.get("from"), from_id, to_id)
    facts = {name: value for name, value in item.items() if name != "from"}
    facts |= {"pk": items.learner(to_id)} | ({"from": came_from} if came_from else {})
    yield table.creating(facts)
    yield table.deleting(item["pk"], item["sk"])


def _move_mark(space: Space, item: Item, from_id: str, to_id: str) -> None:
    """A mark that both have is one: of the two that were counted, one is taken off."""
    if _try(list(_moved(space, item, from_id, to_id))) or not item["sk"].startswith("too#"):
        return
    table = store.table(space)
    gone = table.deleting(item["pk"], item["sk"], condition="attribute_exists(pk)")
    key = items.thread_key(item["thread"])
    _try([gone, table.updating(*key, "ADD too :by", {":by": -1}, condition="attribute_exists(pk)")])


def _move_turn(space: Space, item: Item, from_id: str, to_id: str) -> None:
    thread_id = str(item["pk"].removeprefix(items.partition("")))
    stored = store.get(space, thread_id)
    if stored is None or Thread.of(stored).owner != from_id:
        return
    table, values = store.table(space), {":to": to_id, ":from": from_id}
    names = {"#owner": "owner"}
    owned = table.updating(
        *items.thread_key(thread_id), "SET #owner = :to", values, names=names, condition="#owner = :from"
    )
    queued = table.updating(
        *items.due_key(thread_id), "SET c = :list", {":list": items.queue(to_id)}, condition="attribute_exists(pk)"
    )
    _try([owned, queued])


def _try(writes: list[Write]) -> bool:
    """Whether it was still to be done."""
    try:
        transact(writes)
    except TransactionFailed:
        return False
    return True
