"""Courses as they cross the boundary: from cards, heads and outlines to the models that clients get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from chalicelib import clock, config
from chalicelib.courses import catalogue, content, drafts, publishing
from chalicelib.courses.catalogue import Card
from chalicelib.courses.file_types import PLAYED
from chalicelib.courses.lessons import (
    AskedQuiz,
    DocumentLesson,
    Quiz,
    QuizLesson,
    TextLesson,
    VideoLesson,
)
from chalicelib.courses.models import (
    Course,
    CourseCard,
    DraftState,
    LessonContent,
    National,
    ShownDocument,
    ShownLesson,
    ShownOutline,
    ShownQuiz,
    ShownQuizTerms,
    ShownSection,
    ShownText,
    ShownVideo,
    Version,
)
from chalicelib.courses.outline import FileFacts, LessonEntry, Outline
from chalicelib.courses.store import VersionItem
from chalicelib.questions import marking
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


def card(space: Space, of: Card) -> CourseCard:
    """A course in a list."""
    return CourseCard(**_card(space, of))


def _card(space: Space, of: Card) -> dict[str, Any]:
    return {
        "id": of.course_id,
        "title": of.title,
        "summary": of.summary,
        "cover": cover_address(space, of),
        "language": of.language,
        "audiences": list(of.audiences),
        "competences": list(of.competences),
        "status": of.status,
        "minutes": of.minutes,
        "lessons": of.lessons,
        "version": of.version,
        "published_at": of.published_at,
        "national": National(course=of.national, version=of.version, latest=of.latest or of.version)
        if of.national and of.version
        else None,
    }


def cover_address(space: Space, of: Card) -> str | None:
    """Where a card's cover is; another cover has another address."""
    if of.cover is None:
        return None
    return f"{config.current().public_url}/v1/spaces/{space.slug}/courses/{of.course_id}/cover?v={of.cover[-8:]}"


def course(space: Space, of: Card) -> Course:
    """A course's head for everyone."""
    return Course(**_card(space, of), asks=list(of.asks))


def course_for_staff(space: Space, head: Item, draft: Item | None) -> Course:
    """A course's head for those who may read its draft."""
    of = catalogue.card_of(head)
    return Course(
        **_card(space, of),
        asks=list(of.asks),
        estimated_minutes=head.get("estimated_minutes"),
        cover_file=of.cover,
        draft=None if of.national else _draft(head, draft),
        editable=of.national is None,
        update_available=of.update_available,
        offered=of.offered,
        created_at=cast(Any, of.created_at),
        updated_at=cast(Any, of.updated_at),
    )


def _draft(head: Item, draft: Item | None) -> DraftState:
    facts = draft or {"size": drafts.empty().size, "lessons": 0}
    return DraftState(
        etag=content.draft_etag(drafts.name_of(draft)),
        size=facts["size"],
        lessons=facts["lessons"],
        saved_at=facts.get("saved_at"),
        saved_by=facts.get("saved_by"),
        is_published=publishing.is_published(head, draft),
    )


def version(item: VersionItem, current: int | None) -> Version:
    """A published version in a list."""
    return Version(
        version=item.version,
        title=item.frozen_title,
        lessons=item.lessons,
        minutes=item.minutes,
        published_at=clock.from_timestamp(item.published_at),
        published_by=item.published_by or None,
        current=item.version == current,
    )


def newest(head: Item) -> Version:
    """The version that a course's head shows."""
    return version(VersionItem.shown_by(head), head["version"])


def outline(of: Outline, language: str) -> ShownOutline:
    """A version's outline."""
    return ShownOutline(
        course=of.course_id,
        version=of.version,
        title=of.title,
        language=language,
        national=of.national,
        minutes=of.structure.minutes,
        sections=[
            ShownSection(id=each.id, title=each.title, lessons=[_lesson(of, lesson) for lesson in each.lessons])
            for each in of.sections
        ],
    )


def _lesson(of: Outline, entry: LessonEntry) -> ShownLesson:
    files = of.structure.files
    terms = entry.quiz
    return ShownLesson(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        minutes=entry.minutes,
        required=entry.required,
        quiz=ShownQuizTerms(
            pass_mark=terms.pass_mark, attempts_allowed=terms.attempts_allowed, questions=terms.questions
        )
        if terms
        else None,
        bytes=entry.length
        + _heaviest([files[each] for each in entry.files])
        + sum(of.structure.documents[each].size for each in entry.library),
    )


def _heaviest(files: Sequence[FileFacts]) -> int:
    """Bytes that a lesson's files take at most: of a film's renditions one is played."""
    renditions = [each.size for each in files if each.content_type in PLAYED]
    return max(renditions, default=0) + sum(each.size for each in files if each.content_type not in PLAYED)


def lesson(of: Outline, lesson_id: str) -> LessonContent:
    """A lesson's content as learners get it: of a quiz only what is asked. Raises: UnknownLesson."""
    found = content.lesson(of, lesson_id)
    facts: dict[str, Any] = {
        "id": lesson_id,
        "title": found.title,
        "minutes": found.minutes,
        "required": found.required,
    }
    match found:
        case TextLesson():
            return ShownText.model_construct(kind="text", body=found.body, **facts)
        case VideoLesson():
            return ShownVideo(video=found.video, **facts)
        case DocumentLesson():
            return ShownDocument(document=found.document, **facts)
        case QuizLesson():
            return ShownQuiz(quiz=asked(found.quiz), **facts)


def asked(quiz: Quiz) -> AskedQuiz:
    """A quiz without what is right, why, and what is said of each choice: that comes with the graded attempt."""
    return AskedQuiz(
        pass_mark=quiz.pass_mark,
        attempts_allowed=quiz.attempts_allowed,
        questions=[
            # Nobody's seed: an order tells nothing, and the same lesson goes to all.
            marking.asked(question, question.id or "")
            for question in quiz.questions
        ],
    )
