"""What people ask to be done with their data: to correct or delete it, to respect a withdrawn consent or an objection.

Each is acknowledged and answered by an admin within the law's terms, and the person gets a mail at every step. The job
that mails is asked for before the step is taken, and waits for it: a step that was taken is told of, whatever dies.
"""

from __future__ import annotations

from functools import partial
from typing import cast

from chalicelib import clock, ids, working_days
from chalicelib.accounts import request_letters, store
from chalicelib.accounts.store import DataRequestItem, DataRequestKind, DataRequestState
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.identity import links, mail
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.models import ItemPage
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

TELL = "accounts.tell"
# Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: whoever asks is told of the receipt within so many working days, and what
# they ask for is done within so many days.
ACKNOWLEDGED_IN = 2
FULFILLED_IN: dict[DataRequestKind, int] = {"correct": 10, "withdraw": 15, "object": 15, "delete": 20}


class RequestOpen(Conflict):
    """One of a kind at a time."""

    code = "request_open"
    vi = "Bạn đang có một yêu cầu cùng loại chưa được trả lời. Đơn vị sẽ trả lời bạn trong thời hạn đã nêu."
    en = "You have a request of this kind that is not answered yet. It will be within the term that you were told."


class AlreadyAnswered(Conflict):
    """An answer is given once."""

    code = "already_answered"
    vi = "Yêu cầu này đã được trả lời hoặc đã được xác nhận. Hãy tải lại trang."
    en = "This request has been answered or acknowledged already. Load it again."


def ask(
    space: Space, person_id: str, kind: DataRequestKind, text: str, circumstances: Circumstances
) -> DataRequestItem:
    """Ask for something: 4 calls. Repeated with its key, it gives the first. Raises: NotFound, RequestOpen."""
    request_id = circumstances.new_id(space.slug, person_id)
    persons.get(space, person_id)
    if store.is_open(space, person_id, kind) not in (None, request_id):
        raise RequestOpen
    today = clock.vietnam_day()
    facts = {
        "kind": kind,
        "text": text,
        "at": clock.timestamp(),
        "acknowledge_by": working_days.working_days_after(today, ACKNOWLEDGED_IN).isoformat(),
        "due": working_days.days_after(today, FULFILLED_IN[kind]).isoformat(),
    }
    _order_letter(space, person_id, request_id, "received", person_id)
    made = store.create_request(space, person_id, request_id, facts)
    if made is None:
        raise RequestOpen
    return made


def own(space: Space, person_id: str, cursor: str | None, limit: int) -> tuple[list[DataRequestItem], str | None]:
    """A person's requests, newest first: 1 call. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    found = store.requests_of(space, person_id, after, limit)
    return list(found.items), paging.encode(found.after.removeprefix(store.REQUESTS)) if found.after else None


def opened(space: Space, cursor: str | None, limit: int) -> tuple[list[DataRequestItem], str | None]:
    """Open requests: the overdue first, longest overdue at the top, then the others, newest first. 1 or 2 calls.

    Raises: BadCursor.
    """
    today = clock.vietnam_day().isoformat()
    part, place = paging.decode(cursor, int, str) if cursor else (0, "-")
    place = "" if place == "-" else place
    found: list[DataRequestItem] = []
    if part == 0 and place <= today:
        read = store.open_requests(space, place, today, limit + 1, descending=False)
        found, more = _after(read, place, limit)
        if more:
            return found, paging.encode(0, found[-1].ls)
        place = ""
    left = limit - len(found)
    if not left:
        return found, paging.encode(1, "-")
    if place and place < today:
        return found, None  # the day has turned since the last page: what is left is overdue now
    rest, more = _after(store.open_requests(space, today, place, left + 1, descending=True), place, left)
    return [*found, *rest], paging.encode(1, rest[-1].ls) if more else None


def answered(space: Space, cursor: str | None, limit: int) -> tuple[list[DataRequestItem], str | None]:
    """Answered requests, latest first: 1 call. Raises: BadCursor."""
    place = paging.decode(cursor, str)[0] if cursor else ""
    found, more = _after(store.answered_requests(space, place, limit + 1), place, limit)
    return found, paging.encode(found[-1].ls) if more else None


def settle(
    space: Space, person_id: str, request_id: str, state: DataRequestState, answer: str, circumstances: Circumstances
) -> DataRequestItem:
    """Acknowledge or answer a request, once: about 4 calls. The same again changes nothing.

    Raises: NotFound, AlreadyAnswered.
    """
    request = _found(space, person_id, request_id)
    if (request.state, request.answer or "") == (state, answer):
        return request
    if request.answered_at is not None or request.state == state:
        raise AlreadyAnswered
    _order_letter(space, person_id, request_id, state, circumstances.actor_id)
    at = clock.timestamp()
    try:
        if state == "acknowledged":
            store.acknowledge_request(space, request, at)
        else:
            facts = {"state": state, "answer": answer, "answered_at": at, "answered_by": circumstances.actor_id}
            store.answer_request(space, request, facts)
    except ConditionFailed:
        raise AlreadyAnswered from None
    return _found(space, person_id, request_id)


@queue.handles(TELL, shown_to=MANAGE_PEOPLE)
def tell(job: Job, run: Run) -> None:
    """Mail the person what has become of their request, once it has."""
    space = spaces.find(job.tenant)
    state = cast(DataRequestState, job.payload["state"])
    request = store.get_request(space, job.payload["person"], job.payload["request"])
    if request is None or not _has_become(request, state):
        if request is None or request.answered_at is None:
            run.wait()
        return
    person = _whom(space, request.person)
    if person is None or person.email is None:
        return
    step = partial(request_letters.write, state, person.locale, request=request, address=f"{links.root(space)}/my-data")
    mail.post(space, person.email, lambda name: step(name=person.name, space=name))


def _has_become(request: DataRequestItem, state: DataRequestState) -> bool:
    """Whether a step was taken; of two answers at once, one never is."""
    if state in ("fulfilled", "refused"):
        return request.state == state
    return state == "received" or request.acknowledged_at is not None


def _whom(space: Space, person_id: str) -> Person | None:
    """Whoever reads mail for that account now: it may have gone up in another."""
    found = persons.many(space, [person_id], consistent=True).get(person_id)
    if found and found.merged_into:
        return persons.many(space, [found.merged_into], consistent=True).get(found.merged_into)
    return found


def _found(space: Space, person_id: str, request_id: str) -> DataRequestItem:
    request = store.get_request(space, person_id, request_id)
    if request is None:
        raise NotFound
    return request


def _order_letter(space: Space, person_id: str, request_id: str, state: DataRequestState, by: str) -> None:
    job_id = ids.derived("data-request", space.slug, request_id, state)
    payload = {"person": person_id, "request": request_id, "state": state}
    queue.enqueue(TELL, space.slug, payload, job_id=job_id, actor=by)


def _after(rows: ItemPage[DataRequestItem], place: str, limit: int) -> tuple[list[DataRequestItem], bool]:
    """At most ``limit`` items behind a place, and whether there are more."""
    items = [item for item in rows.items if item.ls != place]
    return items[:limit], len(items) > limit or rows.after is not None
