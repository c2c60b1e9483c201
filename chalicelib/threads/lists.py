"""Lists of threads, page by page."""

from __future__ import annotations

from chalicelib.courses import catalogue
from chalicelib.errors import refuse_field
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Rows
from chalicelib.threads import changing, items, store, views
from chalicelib.threads.items import Post
from chalicelib.threads.models import OwnPost, QueueQuery, Reply, Report, ThreadCard, ThreadQuery


def of_place(space: Space, actor: Actor, query: ThreadQuery) -> Page[ThreadCard]:
    """Threads of a course or of the space, the last active first; of a lesson, the newest first. 3 calls. A page may be
    short. Raises: NotFound, InvalidInput, BadCursor."""
    if query.lesson and not query.course:
        raise refuse_field("course", "course_missing", "Hãy nêu khoá học của bài.", "Name the lesson's course.")
    if query.course:
        catalogue.card(space, query.course)
    if query.course and query.lesson:
        return _page(space, actor, query, items.lesson_list(query.course, query.lesson), "lesson", newest=True)
    return _page(space, actor, query, items.place_list(query.course or items.SPACE), items.THREAD, newest=True)


def of_queue(space: Space, actor: Actor, query: QueueQuery) -> Page[ThreadCard]:
    """What waits for an answer, the first due first: 3 calls. Raises: BadCursor."""
    if query.of == "me":
        return _page(space, actor, query, items.queue(actor.person_id), "due", newest=False)
    state: items.OpenState = "overdue" if query.of == "overdue" else "waiting"
    return _page(space, actor, query, items.open_list(state), "open", newest=False)


def _page(space: Space, actor: Actor, query: PageQuery, partition: str, sk: str, *, newest: bool) -> Page[ThreadCard]:
    after = None
    if query.cursor:
        thread_id, place = paging.decode(query.cursor, str, str)
        after = (thread_id, place)
    rows = store.listed(space, partition, sk, after, query.limit, newest=newest)
    return Page[ThreadCard](items=views.cards(space, actor, rows.items), next=_next(rows))


def _next(rows: Rows) -> str | None:
    if rows.after is None:
        return None
    return paging.encode(rows.after["pk"].removeprefix(items.partition("")), rows.after["cs"])


def of_thread(space: Space, actor: Actor, thread_id: str, query: PageQuery) -> Page[Reply]:
    """Replies to a question, oldest first: 3 calls, however many there are. Raises: NotFound, BadCursor."""
    thread = changing.require(space, actor, thread_id)
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    rows = store.replies(space, thread_id, after, query.limit)
    posts = list(map(Post.of, rows.items))
    viewer = views.Viewer.of(space, actor, [each.by for each in posts])
    last = paging.encode(rows.after["sk"].removeprefix(items.REPLY)) if rows.after else None
    seen = [] if thread.question.hidden and not viewer.staff else posts
    return Page[Reply](items=[views.reply(viewer, thread, each) for each in seen], next=last)


def of_person(space: Space, actor: Actor, query: PageQuery) -> Page[OwnPost]:
    """All that one has written: 2 calls. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    rows = store.written(space, actor.person_id, after, query.limit)
    last = paging.encode(rows.after["sk"]) if rows.after else None
    return Page[OwnPost](items=views.own_posts(space, rows.items), next=last)


def of_reports(space: Space, actor: Actor, query: PageQuery) -> Page[Report]:
    """What was reported and is not settled, oldest first: 3 calls, 6 for long pages. Raises: BadCursor."""
    after = None
    if query.cursor:
        thread_id, post_id, place = paging.decode(query.cursor, str, str, str)
        after = (thread_id, post_id, place)
    rows = store.reported(space, after, query.limit)
    last = None
    if rows.after:
        thread_id, post_id = (str(rows.after[name]).partition("#")[2] for name in ("pk", "sk"))
        last = paging.encode(thread_id, post_id, rows.after["cs"])
    return Page[Report](items=views.reports(space, actor, rows.items), next=last)
