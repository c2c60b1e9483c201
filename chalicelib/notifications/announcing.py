"""One text for many: a job tells them, a hundred at a time and each once; it can be looked at and stopped meanwhile.

A kill anywhere, and a second worker, tell whoever was told already nothing again: a note's place is the announcement's
own. It goes one write at a time, some hundred and fifty people a second, which leaves a table's partitions to learners.
"""

from __future__ import annotations

from contextlib import suppress

from chalicelib import clock
from chalicelib.errors import Conflict, NotFound, TooManyRequests, refuse_field
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.notifications import addressees, notes, store, telling
from chalicelib.notifications.announcement_models import (
    Addressed,
    AddressedTo,
    Announcement,
    AnnouncementPreview,
    MyAnnouncement,
    NewAnnouncement,
)
from chalicelib.notifications.notes import Note
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

ANNOUNCE = "notifications.announce"
MOST_A_DAY = 20  # of one space: people who hear more than that listen no more
_SLICE = 100


class TooManyAnnouncements(TooManyRequests):
    """A space has announced as much as it may in a day."""

    code = "too_many_announcements"
    vi = "Đơn vị đã gửi đủ {most} thông báo của hôm nay. Hãy đợi sang ngày mai hoặc gộp nội dung."
    en = "The space has made its {most} announcements of today. Wait for tomorrow, or say it in one."


class AnnouncementEnded(Conflict):
    """What has ended cannot be stopped."""

    code = "announcement_ended"
    vi = "Thông báo này đã gửi xong hoặc đã dừng, nên không thể dừng nữa."
    en = "This announcement is done or was stopped: there is nothing left to stop."


def preview(space: Space, to: Addressed) -> AnnouncementPreview:
    """About how many it would tell: at most 40 calls. Raises: InvalidInput."""
    _require(space, to)
    group = addressees.KINDS[to.kind]
    people = group.count(space, to.id or "")
    return AnnouncementPreview(people=people, more=people >= group.most)


def _require(space: Space, to: Addressed) -> None:
    try:
        addressees.KINDS[to.kind].require(space, to.id or "")
    except NotFound:
        vi = "Không có nhóm đối tượng hoặc khoá học nào có mã này trong không gian."
        raise refuse_field("to.id", "unknown_addressees", vi, "The space has no such audience or course.") from None


def start(space: Space, body: NewAnnouncement, announcement_id: str, actor: str) -> Announcement:
    """Write it down and have everyone told: 1 transaction and at most 4 calls. Repeating it under the same id changes
    nothing, and has it go on where a process died before. Raises: InvalidInput, TooManyAnnouncements."""
    _require(space, body.to)
    facts: Item = {
        "title": body.title, "text": body.text, "to": body.to.model_dump(), "by": actor, "st": "running",
        "at": clock.epoch_s(),
    }  # fmt: skip
    if store.create_announcement(space, announcement_id, facts, MOST_A_DAY) == "too_many":
        raise TooManyAnnouncements(most=MOST_A_DAY)
    queue.enqueue(ANNOUNCE, space.slug, {}, job_id=announcement_id, actor=actor)
    return read(space, announcement_id)


def _give_up(job: Job, _: Item) -> None:
    with suppress(ConditionFailed):
        store.move_announcement(spaces.find(job.tenant), job.id, "failed")


@queue.handles(ANNOUNCE, shown_to=MANAGE_PEOPLE, when_failed=_give_up)
def announce(job: Job, run: Run) -> None:
    """Tell everyone whom it is for: some 4 calls for each hundred, and 1 each. Before each hundred it is asked whether
    it still stands."""
    space = spaces.find(job.tenant)
    at = job.checkpoint or {"position": "", "told": 0, "whole": False, "total": _total(space, job.id)}
    while not at["whole"]:
        item = store.announcement(space, job.id)
        if item is None or item["st"] != "running":
            break
        group, whom = addressees.KINDS[item["to"]["kind"]], item["to"]["id"] or ""
        people, position = group.page(space, whom, at["position"], _SLICE)
        telling.put_all(space, people, _note(item))
        at = {**at, "position": position, "told": at["told"] + len(people), "whole": not position}
        run.progress(at["told"], max(at["told"], at["total"]), at)
        run.go_on_if_late()
    run.result = {"told": at["told"]}
    if at["whole"]:
        with suppress(ConditionFailed):
            store.move_announcement(space, job.id, "done", at["told"])


def _total(space: Space, announcement_id: str) -> int:
    """About how many there are to tell."""
    item = store.announcement(space, announcement_id)
    return addressees.KINDS[item["to"]["kind"]].count(space, item["to"]["id"] or "") if item else 0


def _note(item: Item) -> Note:
    """What each of them is told: the same at every try."""
    excerpt = " ".join(str(item["text"]).split())
    params = {"title": str(item["title"]), "excerpt": excerpt}
    return notes.new("announcement", item["sk"], int(item["at"]), f"/announcements/{item['sk']}", params)


def cancel(space: Space, announcement_id: str) -> Announcement:
    """Tell nobody more; whoever was told keeps it. Repeating it changes nothing. 2 calls.

    Raises: NotFound, AnnouncementEnded.
    """
    try:
        return _shown(store.move_announcement(space, announcement_id, "cancelled"))
    except ConditionFailed as found:
        if found.item is None:
            raise NotFound from None
        if found.item["st"] != "cancelled":
            raise AnnouncementEnded from None
        return _shown(found.item)


def read(space: Space, announcement_id: str) -> Announcement:
    """One announcement: 1 call. Raises: NotFound."""
    return _shown(_find(space, announcement_id))


def page(space: Space, query: PageQuery) -> Page[Announcement]:
    """A page of a space's announcements, newest first: 1 call. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    rows = store.announcements(space, after, query.limit)
    return Page[Announcement](
        items=[_shown(item) for item in rows.items], next=paging.encode(rows.after["sk"]) if rows.after else None
    )


def read_mine(space: Space, person_id: str, announcement_id: str) -> MyAnnouncement:
    """An announcement for whoever was told of it; for everybody else there is none. 2 calls. Raises: NotFound."""
    item = _find(space, announcement_id)
    if store.note(space, person_id, _note(item).id) is None:
        raise NotFound
    return MyAnnouncement(
        id=item["sk"], title=item["title"], text=item["text"], announced_at=clock.from_epoch_ms(item["at"] * 1000)
    )


def _find(space: Space, announcement_id: str) -> Item:
    item = store.announcement(space, announcement_id)
    if item is None:
        raise NotFound
    return item


def _shown(item: Item) -> Announcement:
    return Announcement(
        id=item["sk"],
        title=item["title"],
        text=item["text"],
        to=AddressedTo(kind=item["to"]["kind"], id=item["to"]["id"]),
        by=item["by"],
        state=item["st"],
        told=item.get("told"),
        created_at=clock.from_epoch_ms(item["at"] * 1000),
    )
