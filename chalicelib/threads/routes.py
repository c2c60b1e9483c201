"""What the web sees of questions and answers; what is for those who answer stands in ``staff_routes.py``."""

from __future__ import annotations

from chalicelib.courses.outline import UnknownLesson
from chalicelib.courses.uploads import File, FileRefused, NotUploaded, Upload
from chalicelib.errors import Forbidden, InvalidInput, PreconditionFailed, PreconditionRequired
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import LEARN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.metering.quotas import StorageFull
from chalicelib.metering.waiting import UploadsWaiting
from chalicelib.storage.spaces import Space
from chalicelib.threads import (
    answering,
    asking,
    changing,
    climbing,  # noqa: F401 (it declares jobs)
    following,  # noqa: F401 (it reacts to changes)
    handing_on,  # noqa: F401 (it follows who leaves)
    lists,
    moderating,
    pictures,
    similar,
    tutors,
    views,
)
from chalicelib.threads.answering import ThreadFull
from chalicelib.threads.changing import PostHidden, ThreadLocked
from chalicelib.threads.models import (
    Acceptance,
    Complaint,
    NewPicture,
    NewReply,
    NewThread,
    OwnPost,
    Reply,
    ReplyEdit,
    SimilarQuery,
    SimilarThreads,
    Thread,
    ThreadCard,
    ThreadEdit,
    ThreadQuery,
    Tutors,
)
from chalicelib.threads.pacing import TooManyPosts

threads = Feature("threads")
_EDITED = [Forbidden, ThreadLocked, PostHidden, PreconditionFailed, PreconditionRequired, TooManyPosts]


@threads.get(
    "/spaces/{space}/threads", may=LEARN, budget=Budget(calls=3, rcu=30), raises=[InvalidInput, paging.BadCursor]
)
def list_threads(space: Space, actor: Actor, query: ThreadQuery) -> Page[ThreadCard]:
    """Questions on a course (with those on its lessons) or to the space, the last active first; on a lesson, the newest
    first. A page may be short."""
    return lists.of_place(space, actor, query)


@threads.post(
    "/spaces/{space}/threads",
    may=LEARN,
    creates=True,
    budget=Budget(calls=7, rcu=8, wcu=40),
    raises=[UnknownLesson, InvalidInput, TooManyPosts],
)
def ask(space: Space, actor: Actor, body: NewThread, circumstances: Circumstances) -> Answer[Thread]:
    """Ask a question on a course, on a lesson, or to the space. Somebody then has to answer it, by `due_at`."""
    thread = asking.ask(space, actor, body, circumstances)
    location = f"/v1/spaces/{space.slug}/threads/{thread.id}"
    return Answer(views.whole(space, actor, thread), location=location, etag=asking.etag(thread.question))


@threads.get("/spaces/{space}/similar-threads", may=LEARN, budget=Budget(calls=2, rcu=30))
def find_similar_threads(space: Space, query: SimilarQuery) -> SimilarThreads:
    """Questions like the one that is being typed, also without diacritics: to be shown before it is asked again."""
    return similar.search(space, query.q, query.course)


@threads.get("/spaces/{space}/threads/{thread}", may=LEARN, budget=Budget(calls=3, rcu=12))
def read_thread(space: Space, actor: Actor, thread: Id) -> Answer[Thread]:
    """A question with its accepted reply; replies are listed by themselves."""
    found = changing.require(space, actor, thread)
    return Answer(views.whole(space, actor, found), etag=asking.etag(found.question))


@threads.patch("/spaces/{space}/threads/{thread}", may=LEARN, budget=Budget(calls=5, rcu=20, wcu=60), raises=_EDITED)
def edit_thread(
    space: Space, actor: Actor, thread: Id, body: ThreadEdit, circumstances: Circumstances
) -> Answer[Thread]:
    """Change one's own question; what it was is kept."""
    sets = body.model_dump(exclude_none=True)
    found = asking.edit(space, actor, thread, sets, circumstances)
    return Answer(views.whole(space, actor, found), etag=asking.etag(found.question))


@threads.get(
    "/spaces/{space}/threads/{thread}/replies",
    may=LEARN,
    budget=Budget(calls=3, rcu=120),
    raises=[paging.BadCursor],
)
def list_replies(space: Space, actor: Actor, thread: Id, query: PageQuery) -> Page[Reply]:
    """Replies, oldest first. Of one that is hidden learners see that there is one."""
    return lists.of_thread(space, actor, thread, query)


@threads.post(
    "/spaces/{space}/threads/{thread}/replies",
    may=LEARN,
    creates=True,
    budget=Budget(calls=10, rcu=70, wcu=51),
    raises=[InvalidInput, ThreadLocked, PostHidden, ThreadFull, TooManyPosts],
)
def reply(space: Space, actor: Actor, thread: Id, body: NewReply, circumstances: Circumstances) -> Answer[Reply]:
    """Reply to a question. The first reply of those who answer, or one that is accepted, answers it."""
    post = answering.reply(space, actor, thread, body, circumstances)
    found = changing.require(space, actor, thread)
    viewer = views.Viewer.of(space, actor, [post.by])
    return Answer(views.reply(viewer, found, post), etag=asking.etag(post))


@threads.patch(
    "/spaces/{space}/threads/{thread}/replies/{reply}",
    may=LEARN,
    budget=Budget(calls=5, rcu=8, wcu=30),
    raises=_EDITED,
)
def edit_reply(
    space: Space, actor: Actor, thread: Id, reply: Id, body: ReplyEdit, circumstances: Circumstances
) -> Answer[Reply]:
    """Change one's own reply; what it was is kept."""
    found, post = answering.edit(space, actor, thread, reply, body.body, circumstances)
    viewer = views.Viewer.of(space, actor, [post.by])
    return Answer(views.reply(viewer, found, post), etag=asking.etag(post))


@threads.put(
    "/spaces/{space}/threads/{thread}/accepted",
    may=LEARN,
    budget=Budget(calls=6, rcu=12, wcu=50),
    raises=[Forbidden, PostHidden],
)
def accept_reply(space: Space, actor: Actor, thread: Id, body: Acceptance) -> Thread:
    """Say which reply answers the question: for whoever asked, and those who answer."""
    return views.whole(space, actor, answering.accept(space, actor, thread, body.reply))


@threads.delete(
    "/spaces/{space}/threads/{thread}/accepted", may=LEARN, budget=Budget(calls=3, rcu=4, wcu=30), raises=[Forbidden]
)
def unaccept_reply(space: Space, actor: Actor, thread: Id) -> None:
    """No reply answers the question after all."""
    answering.unaccept(space, actor, thread)


@threads.put(
    "/spaces/{space}/threads/{thread}/too",
    may=LEARN,
    status=204,
    budget=Budget(calls=2, rcu=4, wcu=22),
    raises=[TooManyPosts],
)
def have_question_too(space: Space, actor: Actor, thread: Id) -> None:
    """One has this question too: counted once a person."""
    answering.same(space, actor, thread)


@threads.delete(
    "/spaces/{space}/threads/{thread}/too", may=LEARN, budget=Budget(calls=1, wcu=22), raises=[TooManyPosts]
)
def have_question_no_more(space: Space, actor: Actor, thread: Id) -> None:
    """One has it no more."""
    answering.not_same(space, actor, thread)


@threads.post(
    "/spaces/{space}/threads/{thread}/reports",
    may=LEARN,
    status=204,
    budget=Budget(calls=3, rcu=8, wcu=8),
    raises=[TooManyPosts],
)
def report_post(space: Space, actor: Actor, thread: Id, body: Complaint) -> None:
    """Report a question, or a reply to it, to the space's admins: counted once a person."""
    moderating.complain(space, actor, thread, body)


@threads.post(
    "/spaces/{space}/thread-files",
    may=LEARN,
    creates=True,
    raises=[InvalidInput, StorageFull, UploadsWaiting, TooManyPosts],
)
def announce_picture(space: Space, actor: Actor, body: NewPicture, circumstances: Circumstances) -> Upload:
    """A picture for a question or a reply: where to upload it."""
    return pictures.announce(space, actor, body, circumstances)


@threads.post(
    "/spaces/{space}/thread-files/{file}/completion", may=LEARN, status=200, raises=[NotUploaded, FileRefused]
)
def complete_picture(space: Space, actor: Actor, file: Id) -> File:
    """It is uploaded: it is looked at, and may then be named in a question or a reply."""
    return pictures.complete(space, actor, file)


@threads.get("/spaces/{space}/courses/{course}/tutors", may=LEARN, budget=Budget(calls=4, rcu=60))
def list_tutors(space: Space, course: Id) -> Tutors:
    """Who answers a course's questions, to be mentioned in one."""
    return tutors.of_place(space, course)


@threads.get("/spaces/{space}/me/posts", may=LEARN, budget=Budget(calls=2, rcu=120), raises=[paging.BadCursor])
def list_my_posts(space: Space, actor: Actor, query: PageQuery) -> Page[OwnPost]:
    """All that one has written, also what is hidden."""
    return lists.of_person(space, actor, query)
