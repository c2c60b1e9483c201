"""One letter a day at most, in Vietnam's morning, to whoever was told of something that they have not read.

Which spaces have somebody to write to stands in the platform's table since the telling, so that a morning costs one
Query for all, and a space where nothing happened nothing. A space's one job of a morning goes through what was told, by
person. It takes each letter upon itself before it sends it: whatever is done again, nobody gets two (a kill right
between the two costs that one letter, and what it was about waits in the inbox).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from chalicelib import clock, ids
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.identity import links, mail
from chalicelib.jobs import daily, queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.notifications import digest_letters, preferences, store
from chalicelib.notifications.notes import Note
from chalicelib.notifications.wishes import Wishes
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.mail import MailDelayed, MailRefused
from chalicelib.storage.spaces import PLATFORM, Space

SURVEY, DIGEST = "notifications.survey", "notifications.digest"
HOUR = 7
MOST_LETTERS = 50_000  # of a space and day
_AT_ONCE = 200  # notes
_TOLD_EVERY = 25  # letters: well within a job's lease

At = dict[str, Any]


def in_the_morning() -> None:
    """Called each minute: once a day, have looked up which spaces have letters to write. 0 calls at other times."""
    job_id = daily.due(SURVEY, HOUR)
    if job_id:
        queue.enqueue(SURVEY, PLATFORM, {}, job_id=job_id)


@queue.handles(SURVEY)
def survey(job: Job, run: Run) -> None:
    """The job that has the letters of a morning written, in each space that has any."""
    morning = clock.vietnam_day().isoformat()
    for slug in store.planned(clock.vietnam_day()):
        run.go_on_if_late()
        queue.enqueue(DIGEST, slug, {"morning": morning}, job_id=ids.derived(DIGEST, slug, morning))


@queue.handles(DIGEST, shown_to=MANAGE_PEOPLE)
def write_letters(job: Job, run: Run) -> None:
    """Write a space's letters of a morning; one that could not be written on its day is not written any more, since
    that day has its own."""
    space, morning = spaces.directory.find(job.tenant), date.fromisoformat(job.payload["morning"])
    at: At = job.checkpoint or {"shard": 0, "after": "", "sent": 0, "refused": 0, "held_back": 0}
    while at["shard"] < store.SHARDS:
        if space is None or space.status != "open" or clock.vietnam_day() > morning:
            break
        found, after = _page(space, morning, at["shard"], at["after"])
        at = _write_all(space, found, at, run)
        at = {**at, "after": after or "", "shard": at["shard"] + (not after)}
        run.progress(at["shard"], store.SHARDS, at)
        run.go_on_if_late()
    run.result = {name: at[name] for name in ("sent", "refused", "held_back")}


def _page(space: Space, morning: date, shard: int, after: str) -> tuple[dict[str, list[Note]], str | None]:
    """What the next persons were told, by person and oldest first, and after whom to go on: 1 call. Whoever was told
    more than a page holds gets a letter of that page's."""
    rows = store.of_morning(space, morning, shard, after, _AT_ONCE)
    found = {
        person: [note for item in items if (note := Note.of(item))]
        for person, items in groupby(rows.items, key=lambda item: str(item["ls"]).partition("#")[0])
    }
    if not rows.after:
        return found, None
    if len(found) > 1:
        found.popitem()  # the page may have cut what the last was told
    return found, next(reversed(found), None)


def _write_all(space: Space, found: Mapping[str, list[Note]], at: At, run: Run) -> At:
    """Write to those who want it: 2 calls, 1 for what is counted, and for each a letter and 1 WCU."""
    people, wishes = persons.many(space, found), store.wishes_of(space, found)
    due = {
        person: new
        for person, notes in found.items()
        if (new := _new(people.get(person), Wishes.of(wishes.get(person)), notes))
    }
    if due and not store.spend(space, "letters", len(due), MOST_LETTERS):
        return {**at, "held_back": at["held_back"] + len(due)}
    for number, (person, notes) in enumerate(due.items(), 1):
        outcome = _write(space, people[person], notes)
        at = {**at, outcome: at[outcome] + 1} if outcome else at
        if number % _TOLD_EVERY == 0:
            run.progress(at["shard"], store.SHARDS, at)
            run.go_on_if_late()
    return at


def _new(person: Person | None, wishes: Wishes, notes: list[Note]) -> list[Note]:
    """What to write about, newest first; nothing to who is not in, takes no letters, or has an address that nobody has
    vouched for."""
    if person is None or person.status != "active" or person.unproven or not person.email:
        return []
    if wishes.written >= clock.vietnam_day().isoformat():
        return []
    new = [each for each in notes if wishes.wants(each.kind, "digest") and not wishes.has_read(each)]
    return new[::-1]


def _write(space: Space, person: Person, notes: list[Note]) -> str | None:
    """``sent``, ``refused`` where the address takes none, or nothing when another was quicker. Raises: Unavailable."""
    if not store.take_letter(space, person.id, clock.vietnam_day()):
        return None
    root, unsubscribe = links.root(space), preferences.unsubscribe_page(space, person.id)
    facts = {"name": person.name, "root": root, "unsubscribe": unsubscribe}
    try:
        mail.post(
            space,
            str(person.email),
            lambda name: digest_letters.write(person.locale, notes, space=name, **facts),
            headers=preferences.unsubscribe_headers(space, person.id),
        )
    except MailRefused:
        return "refused"
    except MailDelayed:
        store.give_letter_back(space, person.id)
        raise
    return "sent"
