"""Pushing what people were told to the browsers in which they wish it (RFC 8030).

A job does it, of up to a hundred people. One that dies pushes again what it had pushed since it last said how far it
was: a service that has not delivered the first yet replaces it (``Topic``), a page that has shown it does too (its id).
A service that is busy is asked again, a few times; one that no longer knows a browser is believed.
"""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.errors import Language, Refusal
from chalicelib.federation import fetching
from chalicelib.federation.addresses import AddressRefused
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.identity import links
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.notifications import devices, push_encryption, push_services, store
from chalicelib.notifications.notes import Note
from chalicelib.notifications.push_encryption import Sender
from chalicelib.notifications.wishes import Wishes
from chalicelib.people import persons
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

PUSH = "notifications.push"
MOST_A_DAY = 200_000  # of one space
ROUNDS = 4
_LATER_S = 120  # before the second round; each next waits four times as long
_TOLD_EVERY = 10  # pushes of at most 3 seconds: well within a job's lease
_TTL_S = 24 * 3600  # so long a service keeps it for a browser that is off
_GONE, _BUSY = (404, 410), (408, 429)

At = dict[str, Any]


def order(space: Space, person_ids: list[str], note: Note) -> None:
    """Have a note pushed to those of these people who take pushes, once however often it is ordered: 0 calls where
    nobody of the space does, else 1."""
    if not person_ids or not devices.taken(space):
        return
    payload = {"people": person_ids, "note": {"sk": f"note#{note.id}", **note.facts()}}
    queue.enqueue(PUSH, space.slug, payload, job_id=ids.derived(PUSH, space.slug, note.id, *person_ids))


@queue.handles(PUSH, shown_to=MANAGE_PEOPLE)
def push(job: Job, run: Run) -> None:
    """Push one note: a few calls, and for each browser 1 and a POST."""
    space, note = spaces.directory.find(job.tenant), Note.of(job.payload["note"])
    if space is None or space.status != "open" or note is None:
        return
    at = job.checkpoint or _begun(space, job.payload["people"], note)
    sender = devices.sender(space)
    while at["waiting"] or at["again"]:
        if not at["waiting"]:
            _next_round(at, run)
        browser, *rest = at["waiting"]
        outcome = _push(space, sender, note, *browser)
        at = {**at, "waiting": rest, outcome: at[outcome] + ([browser] if outcome == "again" else 1)}
        if len(rest) % _TOLD_EVERY == 0:
            run.progress(at["total"] - len(rest), at["total"], at)
            run.go_on_if_late()
    run.result = {name: at[name] for name in ("sent", "gone", "failed")}


def _begun(space: Space, people: list[str], note: Note) -> At:
    waiting = _browsers(space, people, note)
    if waiting and not store.spend(space, "pushes", len(waiting), MOST_A_DAY):
        return {"waiting": [], "again": [], "round": 1, "total": 0, "sent": 0, "gone": 0, "failed": len(waiting)}
    return {"waiting": waiting, "again": [], "round": 1, "total": len(waiting), "sent": 0, "gone": 0, "failed": 0}


def _next_round(at: At, run: Run) -> None:
    """Wait for the next round. Raises: GoOn."""
    late = at["round"] >= ROUNDS
    following = {**at, "waiting": [] if late else at["again"], "again": [], "round": at["round"] + 1}
    following["failed"] += len(at["again"]) if late else 0
    run.progress(at["total"] - len(following["waiting"]), at["total"], following)
    raise GoOn(0 if late else _LATER_S * 4 ** (at["round"] - 1))


def _browsers(space: Space, people: list[str], note: Note) -> list[list[str]]:
    """Where it goes: person, browser, language. 2 calls, and 1 a person and 1 for all whose a browser is."""
    wishes, found = store.wishes_of(space, people), persons.many(space, people)
    wanted = [
        [each.id, str(item["sk"]).partition("#")[2], each.locale]
        for each in found.values()
        if each.status == "active" and Wishes.of(wishes.get(each.id)).wants(note.kind, "push")
        for item in store.devices(space, each.id)
    ]
    owners = store.owners(space, [device for _, device, _ in wanted])
    return [each for each in wanted if owners.get(each[1]) == each[0]]


def _push(space: Space, sender: Sender, note: Note, person_id: str, device_id: str, locale: str) -> str:
    """``sent``, ``gone``, ``failed``, or ``again``: 1 call, and 2 for a browser that is gone."""
    device = store.device(space, person_id, device_id)
    if device is None:
        return "gone"
    if not push_services.takes(device["endpoint"]):  # it was added before the list was as it is
        store.remove_device(space, person_id, device_id)
        return "gone"
    try:
        status = _post(sender, device, note.id, _content(space, note, locale))
    except AddressRefused:
        return "failed"
    except Refusal:
        return "again"
    if status in _GONE:
        store.remove_device(space, person_id, device_id)
        return "gone"
    if status in _BUSY or status >= 500:
        return "again"
    return "sent" if 200 <= status < 300 else "failed"


def _post(sender: Sender, device: Item, topic: str, content: bytes) -> int:
    """Raises: what :func:`fetching.fetch` raises."""
    decoded = push_encryption.decoded
    body = push_encryption.encrypt(content, decoded(device["p256dh"]), decoded(device["auth"]))
    headers = {
        "authorization": sender.authorization(device["endpoint"]),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(_TTL_S),
        "topic": topic,
        "urgency": "normal",
    }
    return fetching.fetch("POST", device["endpoint"], headers=headers, body=body).status


def _content(space: Space, note: Note, locale: str) -> bytes:
    language: Language = "en" if locale == "en" else "vi"
    return push_encryption.message(
        id=note.id, title=note.title(language), text=note.text(language), link=links.root(space) + note.link
    )
