"""Two accounts of one human being become one: who they are at once, what they learned by a job that may be killed
anywhere; and back again within 30 days.

The accounts themselves are joined in one transaction together with the merge's own item, so there is no moment at which
a login leads nowhere. The job is asked for before and waits for that item: a request that dies between leaves a job
that finds nothing to do.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from chalicelib import clock, ids
from chalicelib.accounts import merge_letters, store
from chalicelib.accounts.store import MergeItem, MergePassword
from chalicelib.apps import links as consents
from chalicelib.assessment import joining as attempts
from chalicelib.audiences import membership
from chalicelib.credentials import joining as credentials
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import LIFETIME_S
from chalicelib.identity import links, mail
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.learning import joining as enrolments
from chalicelib.notifications import joining as notices
from chalicelib.people import items, joining, persons
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.mail import MailRefused
from chalicelib.storage.spaces import Space
from chalicelib.threads import joining as threads

MERGE = "accounts.merge"
UNDO = "accounts.undo"
UNDO_DAYS = 30
_KEPT_LONGER = timedelta(days=7)  # than it can be undone: whoever is late is told so, rather than "not found"


class UndoExpired(Conflict):
    """A merge of more than 30 days ago."""

    code = "undo_expired"
    vi = "Việc gộp này đã quá 30 ngày nên không thể tách lại."
    en = "This merge was made more than 30 days ago and can no longer be undone."


class MergeUnsettled(Conflict):
    """What was learned still moves, or it has been undone already."""

    code = "merge_unsettled"
    vi = "Việc gộp hoặc tách này đang được thực hiện hoặc đã được tách. Hãy tải lại trang."
    en = "This merge is still under way, or has been undone. Load it again."


def merge(space: Space, kept_id: str, other_id: str, circumstances: Circumstances) -> MergeItem:
    """Let one account go up in another: about 6 calls. Asking again gives the merge that is there.

    Raises: NotFound, SamePerson, AlreadyMerged, LastKeeper, PreconditionFailed when either was changed meanwhile.
    """
    kept, other = _both(space, kept_id, other_id)
    if other.merged_into == kept_id and not kept.merged_into:
        return _of_other(space, kept_id, other_id)
    merge_id = ids.derived("merge", space.slug, kept_id, other_id, str(other.version))
    queue.enqueue(
        MERGE, space.slug, {"person": kept_id, "merge": merge_id}, job_id=merge_id, actor=circumstances.actor_id
    )
    hashes = (persons.hash_of(space, kept), persons.hash_of(space, other))
    until = clock.now() + timedelta(days=UNDO_DAYS)
    facts = {
        "other": other_id,
        "other_name": other.name,
        "state": "merging",
        "before": items.whole(other),
        "password_hash": hashes[1],
        "password": _opening(kept, other, hashes),
        "by": circumstances.actor_id,
        "until": int(until.timestamp()),
        "ttl": int((until + _KEPT_LONGER).timestamp()),
    }
    creating = store.creating(space, kept_id, merge_id, facts)
    joining.join(space, kept, other, hashes, [creating], partial(membership.regrouped, space))
    return find(space, kept_id, merge_id)


def undo(space: Space, kept_id: str, merge_id: str, circumstances: Circumstances) -> MergeItem:
    """Make two accounts of one again: about 6 calls.

    Raises: NotFound, UndoExpired, MergeUnsettled, IdentifierMoved, LastKeeper, PreconditionFailed.
    """
    found = find(space, kept_id, merge_id)
    if found.state != "merged":
        raise MergeUnsettled
    if found.until <= clock.epoch_s():
        raise UndoExpired
    kept, other = _both(space, kept_id, found.other)
    payload = {"person": kept_id, "merge": merge_id}
    job_id = ids.derived("undo", space.slug, merge_id, found.updated_at)
    queue.enqueue(UNDO, space.slug, payload, job_id=job_id, actor=circumstances.actor_id)
    before = items.person_of(found.before)
    turning = store.turning(space, found, "merged", "undoing")
    regrouped = partial(membership.regrouped, space)
    joining.part(space, kept, other, before, found.password_hash, [turning], regrouped)
    return find(space, kept_id, merge_id)


def find(space: Space, kept_id: str, merge_id: str) -> MergeItem:
    """A merge as it stands. 1 call. Raises: NotFound."""
    found = store.get(space, kept_id, merge_id)
    if found is None:
        raise NotFound
    return found


def page(space: Space, kept_id: str, cursor: str | None, limit: int) -> tuple[list[MergeItem], str | None]:
    """What was merged into a person's account, newest first. 1 call. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    found = store.of_person(space, kept_id, after, limit)
    return list(found.items), paging.encode(found.after.removeprefix("merge#")) if found.after else None


@queue.handles(MERGE, shown_to=MANAGE_PEOPLE)
def move_learning(job: Job, run: Run) -> None:
    """Move what the other account learned, course by course; and again once its last access token has run out, since a
    device may have gone on learning until then."""
    space, found = _awaited(job, run, "merging", "merged")
    if found is None:
        return
    consents.follow(space, found.other, found.kept)
    threads.join(space, found.kept, found.other)
    notices.join(space, found.kept, found.other, run)
    # Before sittings and completions: none that moves is certified again, nor taken for one that was undone.
    credentials.join(space, found.kept, found.other)
    attempts.join_sittings(space, found.kept, found.other)
    for was in enrolments.join(space, found.id, found.kept, found.other, found.until):
        attempts.join(space, found.kept, found.other, was)
        run.go_on_if_late()
    credentials.settle(space, found.kept)
    if found.state == "merging":
        _tell(space, found)
        store.turn(space, found, "merging", "merged")
        raise GoOn(in_s=LIFETIME_S + 60)


@queue.handles(UNDO, shown_to=MANAGE_PEOPLE)
def give_back(job: Job, run: Run) -> None:
    """Give the other account back what it had learned, course by course."""
    space, found = _awaited(job, run, "undoing")
    if found is None:
        return
    consents.follow(space, found.kept, found.other)
    threads.part(space, found.kept, found.other)
    notices.part(space, found.kept, found.other, run)
    attempts.part_sittings(space, found.kept, found.other)
    credentials.part(space, found.kept, found.other)
    for was in enrolments.joined(space, found.id):
        goes_back = enrolments.goes_back(space, found.kept, was)
        attempts.part(space, found.kept, found.other, was, leaves=not goes_back)
        enrolments.part(space, found.id, found.kept, was)
        run.go_on_if_late()
    for person_id in (found.kept, found.other):
        credentials.settle(space, person_id)
    store.turn(space, found, "undoing", "undone")


def _opening(kept: Person, other: Person, hashes: tuple[str | None, str | None]) -> MergePassword:
    own, others = joining.good_passwords(kept, other, hashes)
    return "kept" if own else "other" if others else "none"


def _tell(space: Space, merge: MergeItem) -> None:
    """Mail both addresses what has become of the accounts, and of a password that opens nothing any more. A kill right
    before the merge is settled doubles the letters."""
    before = items.person_of(merge.before)
    kept = persons.get(space, merge.kept, consistent=True)
    own = next(
        (each.value for each in kept.identifiers if each.kind == "email" and each not in before.identifiers), None
    )
    addresses = {True: own, False: before.email}
    for of_kept, address in addresses.items():
        if address is not None:
            _tell_one(space, merge, kept, address, of_kept)


def _tell_one(space: Space, merge: MergeItem, kept: Person, address: str, of_kept: bool) -> None:
    written = partial(
        merge_letters.write,
        merge.password,
        kept.locale,
        of_kept=of_kept,
        name=kept.name,
        address=links.root(space),
    )
    with suppress(MailRefused):  # an address that takes no mail keeps nobody's learning from moving
        mail.post(space, address, lambda name: written(space=name))


def _awaited(job: Job, run: Run, *states: str) -> tuple[Space, MergeItem | None]:
    """The merge that a job is for, once the accounts are joined (or parted); none when that was refused."""
    space = spaces.find(job.tenant)
    found = store.get(space, job.payload["person"], job.payload["merge"])
    if found is not None and found.state in states:
        return space, found
    run.wait()
    return space, None


def _of_other(space: Space, kept_id: str, other_id: str) -> MergeItem:
    found = store.of_person(space, kept_id, None, 100)
    return next(each for each in found.items if each.other == other_id and each.state in ("merging", "merged"))


def _both(space: Space, kept_id: str, other_id: str) -> tuple[Person, Person]:
    found = persons.many(space, [kept_id, other_id], consistent=True)
    if kept_id not in found or other_id not in found:
        raise NotFound
    return found[kept_id], found[other_id]
