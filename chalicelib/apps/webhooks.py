"""Results go back to the apps by which people came: at least once each, signed, under one id.

A result is written to the outbox by the stream's reaction; one courier, a job, delivers for each app as long as
anything waits (``docs/decisions/results-back.md``). What is told depends on the person's consent at the moment of
sending: the app's own name for them is taken from it, and stands nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import clock, ids
from chalicelib.apps import consents, outbox, registry, results, signing
from chalicelib.apps.outbox import Message
from chalicelib.apps.registry import App
from chalicelib.apps.results import Result
from chalicelib.assessment import achievements
from chalicelib.courses import catalogue
from chalicelib.errors import NotFound, Refusal
from chalicelib.federation import fetching
from chalicelib.http.permissions import MANAGE_SPACE
from chalicelib.jobs import queue, streams
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.storage import spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

DELIVER = "app.deliver"
TRIED_FOR_S = 3 * 86_400
WAITS_S = (5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)  # after the first failure, the second, …
IN_A_ROW = 5  # failures, after which all that an app is to be told waits
_LOOKS_AGAIN_S = 60  # a queue brings a message back after 15 minutes at most, and something new may have come
_LONGEST_PAUSE_S = 900
_PARKED_AT_ONCE = 100
_AT_ONCE = 10  # within a job's lease, even when each takes all of its time
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. ``error`` is a word for programs; ``None`` when the message was taken."""

    status: int | None
    error: str | None
    took_ms: int | None
    text: str

    def facts(self) -> dict[str, Any]:
        """As it is kept with the message."""
        facts = {
            "at": clock.epoch_s(), "status": self.status, "error": self.error, "took_ms": self.took_ms,
            "text": self.text,
        }  # fmt: skip
        return {name: value for name, value in facts.items() if value is not None}


@streams.reacts
def collect(space: Space, batch: Batch) -> None:
    """Write down what apps are to be told of these changes, and see that somebody delivers it.

    0 calls for a batch without results, and in a space of which no app wants any (1 a minute, to know). Else 1 call for
    each such app, and 1 transaction for each result of a person who came by it.
    """
    found = [result for change in batch.changes for result in results.of(change) if _is_news(result)]
    if not found:
        return
    for app in registry.every(space):
        if app.terms.get("webhook"):
            _collect(space, app, found)


def wake(space: Space, app_id: str) -> None:
    """See that somebody delivers what waits for an app: 2 calls, and a hint. Repeating it changes nothing."""
    state = outbox.knock(space, app_id)
    if not state.get("open"):
        state = outbox.begin_run(space, app_id, int(state.get("run", 0)) + 1)
    run = int(state["run"])
    # Also for a run that has begun: whoever began it may not have come as far as this.
    queue.enqueue(DELIVER, space.slug, {"app": app_id, "run": run}, job_id=_job(space, app_id, run))


def send(app: App, made: list[str], message: Message, subject: str) -> Answer:
    """One try: one POST, three seconds at most."""
    if not made:
        return Answer(None, "secret_missing", None, "")
    body = json.dumps(told(message, subject), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    headers = signing.headers(made, f"msg_{message.id}", clock.epoch_s(), body)
    try:
        answer = fetching.fetch("POST", str(app.terms["webhook"]), headers=headers, body=body)
    except Refusal as refused:
        return Answer(None, refused.code, None, "")
    return Answer(answer.status, _error(answer.status), answer.took_ms, _shown(answer.body))


def told(message: Message, subject: str) -> dict[str, Any]:
    """What is posted; the same at every try."""
    data = {"sub": subject, **message.data}
    return {"type": message.kind, "timestamp": clock.told(message.at), "data": data}


def next_try(message: Message, now: int) -> int | None:
    """When a message that has just failed is tried again; ``None`` when three days are over."""
    wait = WAITS_S[min(message.tries, len(WAITS_S) - 1)]
    last = message.since + TRIED_FOR_S
    return None if now >= last else min(now + wait, last)


def _give_up(job: Job, _: Item) -> None:
    """A courier that failed for good leaves what waits to the next: there is one when something new comes."""
    outbox.end_run(spaces.find(job.tenant), str(job.payload["app"]), int(job.payload["run"]), None)


@queue.handles(DELIVER, when_failed=_give_up, shown_to=MANAGE_SPACE)
def deliver(job: Job, run: Run) -> None:
    """Deliver what waits for an app, ten messages at a time, until nothing waits any more.

    A kill repeats at most the message that was under way: the receiver knows it by its id.
    """
    space, app_id, number = spaces.find(job.tenant), str(job.payload["app"]), int(job.payload["run"])
    at = job.checkpoint or {"done": 0, "pauses": 0}
    while True:
        courier = outbox.courier(space, app_id)
        if not courier.get("open") or courier.get("run") != number:
            return
        tickets = outbox.waiting(space, app_id, _AT_ONCE)
        if not tickets:
            if outbox.end_run(space, app_id, number, int(courier["woken"])):
                run.result = {"delivered": at["done"]}
                return
            continue
        at = _round(space, app_id, courier, tickets, at)
        run.progress(at["done"], at["done"] + 1, at)
        if at["pauses"]:
            raise GoOn(min(_LOOKS_AGAIN_S * 2 ** (at["pauses"] - 1), _LONGEST_PAUSE_S))
        run.go_on_if_late()


def _round(
    space: Space, app_id: str, courier: Item, tickets: list[tuple[int, str]], at: Mapping[str, int]
) -> dict[str, int]:
    """Try what is due of these. Raises: GoOn when nothing is yet."""
    now = clock.epoch_s()
    due = [(when, each) for when, each in tickets if when <= now]
    if not due:
        raise GoOn(min(tickets[0][0] - now, _LOOKS_AGAIN_S))
    found = outbox.messages(space, [each for _, each in due])
    due_now = [found[each] for when, each in due if each in found and found[each].due == when]
    for when, each in due:
        if each not in found or found[each].due != when:
            outbox.forget_ticket(space, app_id, when, each)
    app = _wanting(space, app_id)
    links = consents.standing(space, app_id, [message.person_id for message in due_now])
    made = signing.secrets_of(space, app_id, courier)
    done, failed = at["done"], 0
    for message in due_now:
        subject = links.get(message.person_id)
        if app is None or subject is None:
            outbox.drop(space, message)
        elif failed < IN_A_ROW:
            taken = _try(space, app, made, message, subject)
            done, failed = done + taken, 0 if taken else failed + 1
    if failed < IN_A_ROW:
        return {"done": done, "pauses": 0}
    _park_what_is_over(space, app_id)
    return {"done": done, "pauses": at["pauses"] + 1}


def _try(space: Space, app: App, made: list[str], message: Message, subject: str) -> bool:
    answer = send(app, made, message, subject)
    if answer.error is None:
        outbox.settle(space, message, "delivered", answer.facts())
        return True
    due = None if answer.error == "gone" else next_try(message, clock.epoch_s())
    if due is None:
        outbox.settle(space, message, "parked", answer.facts())
    else:
        outbox.postpone(space, message, due, answer.facts())
    return False


def _park_what_is_over(space: Space, app_id: str) -> None:
    """What stood too far back in the row of an app that does not answer is parked when its three days are over."""
    over = clock.epoch_s() - TRIED_FOR_S
    found = outbox.messages(
        space, [each for when, each in outbox.waiting(space, app_id, _PARKED_AT_ONCE) if when <= over]
    )
    for message in found.values():
        outbox.settle(space, message, "parked", message.answer or Answer(None, "not_tried", None, "").facts())


def _collect(space: Space, app: App, found: list[Result]) -> None:
    links = consents.standing(space, app.id, list(dict.fromkeys(each.person_id for each in found)))
    wanted = [each for each in found if each.person_id in links]
    for result in wanted:
        outbox.add(space, _message(space, app, result))
    if wanted:
        wake(space, app.id)


def _message(space: Space, app: App, result: Result) -> Message:
    """The message that tells an app of a result: the same at every delivery of the change."""
    now = clock.epoch_s()
    course_id = result.course_id
    message_id = ids.derived(space.slug, app.id, result.person_id, result.kind, course_id or "", result.key)
    course = {"course": {"id": course_id, "title": _title(space, course_id)}} if course_id else {}
    sat = {"assessment": _assessment(space, *result.sat)} if result.sat else {}
    data = {"space": space.slug, **course, **sat, **result.data}
    return Message(message_id, app.id, result.person_id, result.kind, data, result.at, "waiting", now, now)


def _is_news(result: Result) -> bool:
    """What is older than a stream keeps came into the table otherwise than by learning: two accounts were merged."""
    return result.at > clock.epoch_s() - TRIED_FOR_S


def _wanting(space: Space, app_id: str) -> App | None:
    """The app, if it still is one of the space's and still has a webhook."""
    try:
        app = registry.find(space, app_id)
    except NotFound:
        return None
    return app if app.terms.get("webhook") else None


def _assessment(space: Space, assessment_id: str, version: int) -> dict[str, str | None]:
    """0 calls when warm."""
    try:
        title: str | None = achievements.title(space, assessment_id, version)
    except NotFound:
        title = None
    return {"id": assessment_id, "title": title}


def _title(space: Space, course_id: str) -> str | None:
    try:
        return catalogue.card(space, course_id).title
    except NotFound:
        return None


def _error(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return "gone"  # Standard Webhooks: the receiver wants no more of it
    return "redirected" if 300 <= status < 400 else "refused"


def _shown(body: bytes) -> str:
    """The beginning of a stranger's answer as one line of text."""
    text = body[: 4 * _SHOWN_CHARACTERS].decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)[:_SHOWN_CHARACTERS].strip()


def _job(space: Space, app_id: str, run: int) -> str:
    return ids.derived(space.slug, app_id, "courier", str(run))
