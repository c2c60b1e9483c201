"""National courses: the central space offers a published course to all, and a space adopts it with one call.

What is offered is copied once under a prefix that all spaces read (``national/``); adopters point to it and copy
nothing. A new version reaches each adopter as an offer, or at once where the space's settings say so; an offer that is
withdrawn leaves adopters what they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from chalicelib import clock, config, ids
from chalicelib.courses import authoring, catalogue, content, store, uploads
from chalicelib.courses.catalogue import order_of
from chalicelib.errors import Conflict, Forbidden, Unavailable, refuse_field
from chalicelib.http.caching import Remembered
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Run
from chalicelib.storage import files
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed

OFFER = "national.offer"
SPREAD = "national.spread"
# Copying more than this is a job: S3 copies some 100 MB a second.
AT_ONCE_FILES = 25
AT_ONCE_BYTES = 50_000_000
_TRIES = 5
_SHOWN = ("frozen_title", "lessons", "minutes", "published_at")
_DESCRIBED = ("summary", "cover", "language", "audiences", "asks", "competences", "estimated_minutes")
_OFFERS: Remembered[str, list[Item]] = Remembered(1, fresh_s=catalogue.FRESH_S)


class NotPublished(Conflict):
    """Only what learners can learn may be offered."""

    code = "not_published"
    vi = "Khoá học chưa được xuất bản hoặc đang lưu trữ, nên chưa thể chia sẻ."
    en = "The course is not published, or is archived: it cannot be offered."


class NamesLibrary(Conflict):
    """A national course goes to spaces that have another library."""

    code = "names_library"
    vi = "Khoá học quốc gia không dùng được tài liệu trong thư viện của một không gian. Hãy đính kèm tệp vào bài học."
    en = "A national course cannot name documents of one space's library. Put files into the lesson instead."


class OwnCourse(Conflict):
    """The centre has its own courses already."""

    code = "own_course"
    vi = "Không gian trung ương không tiếp nhận khoá học của chính mình."
    en = "The central space does not adopt its own courses."


def require_centre(space: Space) -> None:
    """Only the central space offers courses. Raises: Forbidden."""
    if space.slug != config.current().central:
        raise Forbidden


def offer(space: Space, course_id: str) -> tuple[Item, str | None]:
    """Offer the newest version to all spaces; gives the head, and the job that copies its files if they are many.

    Repeating it changes nothing, unless title or description changed. Raises: Forbidden, NotFound, NotPublished,
    NamesLibrary.
    """
    require_centre(space)
    head = authoring.require(space, course_id)
    if "version" not in head or "archived_at" in head:
        raise NotPublished
    if content.structure(head["index"]).documents:
        raise NamesLibrary
    if "offered" not in head:
        head = store.change_head(space, course_id, {"offered": clock.timestamp()})
        catalogue.forget(space)
    return head, renew(space, head)


def withdraw(space: Space, course_id: str) -> None:
    """Offer a course no longer; who adopted it keeps what they have. Raises: Forbidden, NotFound."""
    require_centre(space)
    head = authoring.require(space, course_id)
    if "offered" in head:
        store.change_head(space, course_id, {"offered": None})
        catalogue.forget(space)
    with suppress(ConditionFailed):
        store.withdraw_offer(course_id)
    _OFFERS.clear()


def renew(space: Space, head: Item) -> str | None:
    """Bring what is offered of a course up to its newest version, by a job when there is much to copy; gives its id.

    An offer that is up to date costs 1 call, and makes sure once more that its adopters hear of it: whoever published
    may have died in between.
    """
    if "offered" not in head:
        return None
    if _is_up_to_date(store.offer(head["sk"]), head):
        _spread(space, head)
        return None
    sizes = [facts.size for facts in content.structure(head["index"]).files.values()]
    if len(sizes) > AT_ONCE_FILES or sum(sizes) > AT_ONCE_BYTES:
        return queue.enqueue(OFFER, space.slug, {"course": head["sk"]})
    bring(space, head["sk"], None)
    return None


def _is_up_to_date(offered: Item | None, head: Item) -> bool:
    if offered is None or "withdrawn_at" in offered or offered["version"] != head["version"]:
        return False
    return all(offered.get(name) == head.get(name) for name in (*_SHOWN, *_DESCRIBED))


def _spread(space: Space, head: Item) -> None:
    version = head["version"]
    job_id = ids.derived(SPREAD, head["sk"], str(version))
    queue.enqueue(SPREAD, space.slug, {"course": head["sk"], "version": version}, job_id=job_id)


def bring(space: Space, course_id: str, run: Run | None) -> None:
    """Copy the newest version of an offered course for all spaces, then offer it: every step may be repeated."""
    head = authoring.require(space, course_id)
    if "offered" not in head:
        return
    shared = {part: content.key(NATIONAL, course_id, head[part].rpartition("/")[2]) for part in ("pack", "index")}
    copies = [(head[part], shared[part]) for part in shared] + list(_files(space, head))
    for done, (source, target) in enumerate(copies):
        if files.head(target) is None:
            files.copy(source, target)
        if run:
            run.progress(done + 1, len(copies))
            run.go_on_if_late()
    with suppress(TransactionFailed):  # withdrawn meanwhile, or a newer version is offered already
        store.put_offer(space, course_id, _offered(head, shared))
        _spread(space, head)
    _OFFERS.clear()


def _files(space: Space, head: Item) -> Iterator[tuple[str, str]]:
    structure = content.structure(head["index"])
    for file_id in dict.fromkeys([*structure.files, *([head["cover"]] if "cover" in head else [])]):
        yield uploads.key(space.slug, file_id), uploads.key(NATIONAL, file_id)


def _offered(head: Item, shared: dict[str, str]) -> Item:
    return {
        **{name: head.get(name) for name in (*_SHOWN, *_DESCRIBED)},
        **shared,
        "version": head["version"],
        "offered_at": clock.timestamp(),
        "l": store.OFFERS,
        "ls": f"{order_of(head['frozen_title'])}#{head['sk']}",
    }


def offers() -> list[Item]:
    """What the centre offers, by Vietnamese title; at most a minute old: 0 calls when warm, else one Query."""
    return _OFFERS.get(NATIONAL, store.offers)


def adopted_id(space: Space, national: str) -> str:
    """The id that a national course has in a space that adopts it: always the same, so that adopting twice is once."""
    return ids.derived("adopted", space.slug, national)


def adopt(space: Space, national: str, actor_id: str) -> tuple[Item, bool]:
    """Take over a national course; gives its head, and whether it is new here. 3 calls; nothing is copied.

    Raises: OwnCourse, InvalidInput when no such course is offered.
    """
    if space.slug == config.current().central:
        raise OwnCourse
    course_id = adopted_id(space, national)
    for _ in range(_TRIES):
        head = store.head(space, course_id)
        if head is not None:
            catalogue.forget(space)  # this may be the retry of a request that died before it did
            return head, False
        offered = store.offer(national)
        if offered is None or "withdrawn_at" in offered:
            raise _not_offered()
        with suppress(TransactionFailed):  # a new version came, or another request adopted it: look again
            store.adopt(space, course_id, offered, _frozen(offered), _head(offered, actor_id))
            catalogue.forget(space)
            return authoring.require(space, course_id), True
    raise Unavailable


def _not_offered() -> Exception:
    return refuse_field(
        "adopt",
        "not_offered",
        "Trung ương không chia sẻ khoá học này, hoặc đã ngừng chia sẻ.",
        "The centre does not offer this course, or no longer.",
    )


def _national_id(offered: Item) -> str:
    return str(offered["pk"]).removeprefix("national#")


def _frozen(offered: Item) -> Item:
    return {
        **{name: offered[name] for name in (*_SHOWN, "pack", "index")},
        "prefix": NATIONAL,
        "national": _national_id(offered),
    }


def _shown(offered: Item) -> Item:
    """What an adopter's head shows of the version offered."""
    number = offered["version"]
    described = {name: offered.get(name) for name in _DESCRIBED}
    return {**_frozen(offered), **described, "title": offered["frozen_title"], "version": number, "latest": number}


def _head(offered: Item, actor_id: str) -> Item:
    at = clock.timestamp()
    return {**_shown(offered), "created_at": at, "updated_at": at, "created_by": actor_id}


def take_newest(space: Space, head: Item, actor_id: str) -> tuple[Item, bool]:
    """Show the centre's newest version in the space that adopted the course; gives the head, and whether it changed.

    4 calls. Who learns an older version stays on it. Repeating it changes nothing.
    """
    for _ in range(_TRIES):
        offered = store.offer(head["national"])
        if offered is None or "withdrawn_at" in offered or offered["version"] <= head["version"]:
            return head, False
        frozen = {**_frozen(offered), "published_by": actor_id}
        with suppress(TransactionFailed):
            store.publish(space, head["sk"], offered["version"], frozen, _shown(offered), seen=head["version"])
            store.note_adopter(head["national"], space.slug, offered["version"])
            catalogue.forget(space)
            return authoring.require(space, head["sk"]), True
        head = authoring.require(space, head["sk"])
    raise Unavailable


def tell(space: Space, course_id: str, version: int, *, takes_it: bool) -> None:
    """Bring a new version to one adopter: it takes it, or is told that there is one. Repeating it changes nothing."""
    if takes_it:
        take_newest(space, authoring.require(space, course_id), "")
    else:
        with suppress(ConditionFailed):
            store.note_latest(space, course_id, version)
            catalogue.forget(space)
