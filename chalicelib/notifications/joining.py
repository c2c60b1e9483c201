"""What two accounts that become one were told, what they wish, and where they take pushes: the other's follows to the
account that is kept, and back.

Each thing moves in one transaction, so that a kill leaves nothing half done; done again, the same. Each notes the
accounts that it came from, the last one last: of accounts that went up one in another each takes back its own.
"""

from __future__ import annotations

from chalicelib import clock
from chalicelib.jobs.queue import Run
from chalicelib.notifications import devices, store
from chalicelib.notifications.notes import Note
from chalicelib.notifications.wishes import Wishes
from chalicelib.people import origins
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TOLD_EVERY = 50  # notes: well within a job's lease


def join(space: Space, kept_id: str, other_id: str, run: Run) -> None:
    """Let all of the other account's be the kept one's: 6 calls, and 1 for each note and browser. What either did not
    wish is not wished; what both were told is told once."""
    kept, other = (Wishes.of(store.wishes(space, each)) for each in (kept_id, other_id))
    store.join_wishes(space, kept_id, other_id, sorted(other.off - kept.off), quiet=kept.letters and not other.letters)
    for done, item in enumerate(store.all_notes(space, other_id), 1):
        came_from = origins.followed(item.get("from"), other_id, kept_id)
        store.move_note(space, item, kept_id, {**_stays_unread(item, kept, other), "from": came_from})
        _tell(run, done)
    room = devices.MOST - len(store.devices(space, kept_id, consistent=True))
    theirs = store.devices(space, other_id, consistent=True)
    for item in sorted(theirs, key=lambda each: int(each["at"]), reverse=True)[: max(room, 0)]:
        store.move_device(
            space, item, other_id, kept_id, {"from": origins.followed(item.get("from"), other_id, kept_id)}
        )


def part(space: Space, kept_id: str, other_id: str, run: Run) -> None:
    """Give the other account back what had come from it; what it wished has stayed with it."""
    store.part_wishes(space, kept_id, other_id)
    for done, item in enumerate(store.all_notes(space, kept_id), 1):
        if origins.is_from(item.get("from"), other_id):
            back = {"told": item.get("first_told", item["told"]), "first_told": None}
            store.move_note(space, item, other_id, {**back, "from": item["from"][:-1] or None})
            _tell(run, done)
    for item in store.devices(space, kept_id, consistent=True):
        if origins.is_from(item.get("from"), other_id):
            store.move_device(space, item, kept_id, other_id, {"from": item["from"][:-1] or None})


def _stays_unread(item: Item, kept: Wishes, other: Wishes) -> Item:
    """What one account had read stays read, and what it had not is new to the one that has read all of its own."""
    note = Note.of(item)
    if note is None or note.read_at is not None:
        return {}
    if other.has_read(note):
        return {"read": note.told_at}
    if kept.has_read(note):
        return {"told": clock.epoch_ms(), "first_told": item.get("first_told", note.told_at)}
    return {}


def _tell(run: Run, done: int) -> None:
    if done % _TOLD_EVERY == 0:
        run.step("notifications")
        run.go_on_if_late()
