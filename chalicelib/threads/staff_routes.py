"""What the web sees of questions for those who answer them, and of what a space decides of them."""

from __future__ import annotations

from chalicelib.errors import InvalidInput
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANSWER, EDIT_COURSES, LEARN, MANAGE_SPACE
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.threads import asking, canned, lists, moderating, promise, settings, times, tutors, views
from chalicelib.threads.canned import TooManyCanned
from chalicelib.threads.models import (
    CannedAnswer,
    CannedAnswers,
    CannedText,
    Moderation,
    OwnerChoice,
    PostVersions,
    PostVersionsQuery,
    QueueQuery,
    Report,
    Thread,
    ThreadCard,
    ThreadSettings,
    ThreadSettingsEdit,
    Times,
    TimesQuery,
    TutorChoice,
    Tutors,
)
from chalicelib.threads.settings import Settings

answers = Feature("threads")


@answers.get("/spaces/{space}/thread-queue", may=ANSWER, budget=Budget(calls=3, rcu=60), raises=[paging.BadCursor])
def list_questions_due(space: Space, actor: Actor, query: QueueQuery) -> Page[ThreadCard]:
    """What waits for an answer, the first due first: one's own, everybody's that is in time, or what is overdue."""
    return lists.of_queue(space, actor, query)


@answers.put(
    "/spaces/{space}/threads/{thread}/owner",
    may=ANSWER,
    audited=True,
    audits=["person"],
    budget=Budget(calls=8, rcu=14, wcu=30),
    raises=[InvalidInput],
)
def hand_question_over(space: Space, actor: Actor, thread: Id, body: OwnerChoice) -> Thread:
    """Have somebody else answer a question that waits, by the same time."""
    return views.whole(space, actor, promise.hand_over(space, actor, thread, body.person))


@answers.put(
    "/spaces/{space}/threads/{thread}/locked", may=ANSWER, audited=True, budget=Budget(calls=7, rcu=12, wcu=20)
)
def lock_thread(space: Space, actor: Actor, thread: Id) -> Thread:
    """Let learners write no more to it."""
    return views.whole(space, actor, moderating.lock(space, actor, thread, True))


@answers.delete(
    "/spaces/{space}/threads/{thread}/locked", may=ANSWER, audited=True, budget=Budget(calls=5, rcu=4, wcu=20)
)
def unlock_thread(space: Space, actor: Actor, thread: Id) -> None:
    """Let learners write to it again."""
    moderating.lock(space, actor, thread, False)


@answers.put(
    "/spaces/{space}/threads/{thread}/hidden",
    may=ANSWER,
    audited=True,
    audits=["hidden", "reason"],
    budget=Budget(calls=13, rcu=70, wcu=51),
)
def moderate_thread(space: Space, actor: Actor, thread: Id, body: Moderation) -> Thread:
    """Hide a question or a reply with a reason, or show it again; either way reports of it are settled."""
    return views.whole(space, actor, moderating.moderate(space, actor, thread, body))


@answers.get("/spaces/{space}/threads/{thread}/versions", may=LEARN, budget=Budget(calls=3, rcu=70))
def list_post_versions(space: Space, actor: Actor, thread: Id, query: PostVersionsQuery) -> PostVersions:
    """What a question or a reply was before it was edited, for whoever wrote it and those who answer."""
    return PostVersions(items=asking.versions(space, actor, thread, query.reply))


@answers.get("/spaces/{space}/thread-reports", may=ANSWER, budget=Budget(calls=6, rcu=350), raises=[paging.BadCursor])
def list_reported_posts(space: Space, actor: Actor, query: PageQuery) -> Page[Report]:
    """What was reported and is not settled, oldest first."""
    return lists.of_reports(space, actor, query)


@answers.get("/spaces/{space}/canned-answers", may=ANSWER, budget=Budget(calls=2, rcu=260))
def list_canned_answers(space: Space) -> CannedAnswers:
    """Answers that are kept ready, by title."""
    return canned.every(space)


@answers.post(
    "/spaces/{space}/canned-answers",
    may=ANSWER,
    creates=True,
    audited=True,
    budget=Budget(calls=3, wcu=30),
    raises=[TooManyCanned],
)
def create_canned_answer(space: Space, body: CannedText, circumstances: Circumstances) -> CannedAnswer:
    """Keep one more ready."""
    return canned.create(space, body, circumstances)


@answers.put("/spaces/{space}/canned-answers/{answer}", may=ANSWER, audited=True, budget=Budget(calls=3, wcu=14))
def edit_canned_answer(space: Space, answer: Id, body: CannedText) -> CannedAnswer:
    """Another text for it."""
    return canned.edit(space, answer, body)


@answers.delete("/spaces/{space}/canned-answers/{answer}", may=ANSWER, audited=True, budget=Budget(calls=3, wcu=30))
def delete_canned_answer(space: Space, answer: Id) -> None:
    """Keep it no more."""
    canned.drop(space, answer)


@answers.put(
    "/spaces/{space}/courses/{course}/tutors",
    may=EDIT_COURSES,
    audits=["people"],
    budget=Budget(calls=12, rcu=120, wcu=4),
    raises=[InvalidInput],
)
def choose_tutors(space: Space, course: Id, body: TutorChoice, circumstances: Circumstances) -> Tutors:
    """Have these people answer a course's questions, in turns; nobody: the space's tutors. What waits there for whoever
    answers there no more goes to those who do."""
    return tutors.choose(space, course, body.people, circumstances)


@answers.get("/spaces/{space}/thread-settings", may=LEARN, budget=Budget(calls=1, rcu=1))
def read_thread_settings(space: Space) -> ThreadSettings:
    """What the space promises of answers, and how people are named."""
    return ThreadSettings.model_validate(settings.of(space), from_attributes=True)


@answers.put(
    "/spaces/{space}/thread-settings",
    may=MANAGE_SPACE,
    audits=["answer_within", "names"],
    budget=Budget(calls=3, wcu=1),
)
def decide_thread_settings(space: Space, body: ThreadSettingsEdit) -> ThreadSettings:
    """Decide otherwise. Questions that wait keep the time that was promised."""
    kept = settings.keep(space, Settings(**body.model_dump()))
    return ThreadSettings.model_validate(kept, from_attributes=True)


@answers.get("/spaces/{space}/thread-times", may=ANSWER, budget=Budget(calls=1, rcu=50))
def read_answer_times(space: Space, query: TimesQuery) -> Times:
    """How long first answers took in the last months, in working hours: median and 95th percentile."""
    return times.report(space, query.months)
