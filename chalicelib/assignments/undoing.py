"""Orders to enrol after they were given: looked at, called off while they run, undone.

An order is called off by its own state, which every slice of it holds its writing against: from then on nobody is
enrolled by it. Undoing one calls it off, and a job then takes back what it did, slice by slice, with its note in the
same transaction: a kill anywhere, and a second worker, undo and count everyone once (``learning/releasing.py``).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.assignments import store
from chalicelib.assignments.models import OrderCard
from chalicelib.assignments.store import OrderSlice
from chalicelib.courses import catalogue
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.learning import releasing
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

UNDO = "assignments.undo"
_TRIES = 3
_SLICES = 10  # read at once


class OrderEnded(Conflict):
    """Cancelling an order that is done already."""

    code = "order_ended"
    vi = "Lần ghi danh hàng loạt này đã kết thúc nên không dừng được nữa. Nếu ghi danh nhầm, hãy hoàn tác."
    en = "This order has ended and cannot be cancelled any more. If it was a mistake, undo it."


def page(space: Space, cursor: str | None, limit: int) -> Page[OrderCard]:
    """A space's orders, newest first: 1 call. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    found, more = store.orders(space, after, limit)
    titles = {card.course_id: card.title for card in catalogue.cards(space)}
    cards = [OrderCard.of(each, titles.get(each["course"], "")) for each in found]
    return Page[OrderCard](items=cards, next=paging.encode(more) if more else None)


def read(space: Space, order_id: str) -> OrderCard:
    """One order: 1 call. Raises: NotFound."""
    return _card(space, require(space, order_id))


def require(space: Space, order_id: str) -> Item:
    """An order as it stands: 1 call. Raises: NotFound."""
    found = store.order(space, order_id)
    if found is None:
        raise NotFound
    return found


def cancel(space: Space, order_id: str) -> OrderCard:
    """Call an order off: whom it enrolled by then stays enrolled. Repeating it changes nothing. At most 2 calls.

    Raises: NotFound, OrderEnded.
    """
    try:
        return _card(space, store.move_order(space, order_id, "cancelled", ["running", "cancelled"]))
    except ConditionFailed:
        require(space, order_id)
        raise OrderEnded from None


def start(space: Space, order_id: str, circumstances: Circumstances) -> OrderCard:
    """Call an order off and have undone what it did; asked again while that goes on or is done, the same job is told
    of. At most 4 calls. Raises: NotFound, Unavailable."""
    for _ in range(_TRIES):
        order = require(space, order_id)
        if order["st"] != "undone" and not _is_under_way(space, order):
            try:
                order = store.move_order(space, order_id, "undoing", [order["st"]], undo=circumstances.new_id(order_id))
            except ConditionFailed:
                continue
        queue.enqueue(UNDO, space.slug, {"order": order_id}, job_id=order["undo"], actor=circumstances.actor_id)
        return _card(space, order)
    raise Unavailable


def _is_under_way(space: Space, order: Item) -> bool:
    """Whether a job is there, or is to be there, that has not failed."""
    if order["st"] != "undoing":
        return False
    job = queue.peek(space.slug, order["undo"])
    return job is None or job.state != "failed"


@queue.handles(UNDO, shown_to=MANAGE_PEOPLE)
def undo(job: Job, run: Run) -> None:
    """Undo an order: 3 calls for each hundred people."""
    space, order_id = spaces.find(job.tenant), str(job.payload["order"])
    order = require(space, order_id)
    total = sum(int(number) for name, number in order.get("counts", {}).items() if name != "passed")
    at: dict[str, Any] = {"after": "", "removed": 0, "released": 0, "unchanged": 0, **job.checkpoint}
    more: str | None = str(at["after"])
    while more is not None:
        found, more = store.slices(space, order_id, more, _SLICES)
        for each in found:
            undone = _undone(space, order_id, order["course"], each)
            at = {"after": each.place, **{name: int(at[name]) + undone.get(name, 0) for name in _COUNTS}}
            done = sum(at[name] for name in _COUNTS)
            run.progress(done, max(done, total), at)
            run.go_on_if_late()
    run.result = {name: int(at[name]) for name in _COUNTS}
    store.move_order(space, order_id, "undone", ["undoing", "undone"], undone=run.result)


_COUNTS = ("removed", "released", "unchanged")


def _undone(space: Space, order_id: str, course_id: str, slice_: OrderSlice) -> dict[str, int]:
    """What undoing a slice comes to, with what an earlier try has undone of it."""
    counts = {name: int(slice_.undone.get(name, 0)) for name in _COUNTS}
    for place in range(0, len(slice_.people), releasing.MOST):
        people = slice_.people[place : place + releasing.MOST]
        noting = partial(store.noting_undone, space, order_id, slice_.place, people)
        for name, number in releasing.release(space, course_id, people, order_id, noting).items():
            counts[name] += number
    return counts


def _card(space: Space, order: Item) -> OrderCard:
    titles = {card.course_id: card.title for card in catalogue.cards(space)}
    return OrderCard.of(order, titles.get(order["course"], ""))
