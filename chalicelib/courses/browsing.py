"""Who may look at what: the catalogue, an outline, a lesson and its files.

A space whose catalogue is public lets anyone see its published courses, their outlines and the first lesson of each,
before any form; everything else needs a sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from chalicelib import clock, vietnamese
from chalicelib.courses import catalogue, national, uploads
from chalicelib.courses.catalogue import Card
from chalicelib.courses.competences import teaches
from chalicelib.courses.models import CourseQuery, NationalCourse, NationalQuery
from chalicelib.courses.outline import Outline
from chalicelib.errors import Forbidden, NotFound, Unauthenticated
from chalicelib.http import paging
from chalicelib.http.models import Outbound
from chalicelib.http.permissions import READ_DRAFTS, allows
from chalicelib.http.tokens import Actor
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

_FOREVER = "max-age=31536000, immutable"
_A_MINUTE = "max-age=60"
_A_WHILE = "max-age=300"


class LessonFile(Outbound):
    """A file of a lesson, with an address that lasts a quarter of an hour."""

    id: str
    name: str
    url: str
    content_type: str
    size: int = Field(description="Bytes.")
    expires_at: datetime


def is_staff(actor: Actor | None) -> bool:
    """Whether drafts and archived courses may be shown."""
    return actor is not None and allows(actor.roles, READ_DRAFTS)


def is_public(space: Space) -> bool:
    """Whether anyone may browse: 0 calls when warm."""
    return registry.settings(space).catalogue_public


def require_browsing(space: Space, actor: Actor | None) -> None:
    """Let those in who may browse this space's catalogue. Raises: Unauthenticated."""
    if actor is None and not is_public(space):
        raise Unauthenticated


def cached_for_a_minute(space: Space) -> str:
    """How long the catalogue may be kept, and by whom."""
    return f"{_scope(is_public(space))}, {_A_MINUTE}"


def cached_as_frozen(is_for_anyone: bool) -> str:
    """How what a version froze may be kept, and by whom. A reader's own device keeps it for good; what anyone may read
    is kept on the way for five minutes alone: a course that is archived, a catalogue that is closed or a space that is
    suspended must be gone from there soon, and nobody can call it back."""
    return f"public, {_A_WHILE}" if is_for_anyone else f"private, {_FOREVER}"


def _scope(is_for_anyone: bool) -> str:
    return "public" if is_for_anyone else "private"


def page(space: Space, actor: Actor | None, query: CourseQuery) -> tuple[list[Card], str | None, int]:
    """A page of the catalogue by Vietnamese title, where it goes on, and how many are found in all: 0 calls when warm.

    The staff's other lists are read afresh: who just made a course elsewhere wants to see it.
    Raises: Unauthenticated, Forbidden.
    """
    require_browsing(space, actor)
    if query.status != "published" and not is_staff(actor):
        raise Forbidden if actor else Unauthenticated
    found = catalogue.cards(space, fresh=query.status != "published")
    words = vietnamese.fold(query.q).split()
    chosen = [card for card in found if _matches(card, query) and all(word in card.search for word in words)]
    rows, after = slice_after([(card.order, card.course_id, card) for card in chosen], query.cursor, query.limit)
    return rows, after, len(chosen)


def _matches(card: Card, query: CourseQuery) -> bool:
    return (
        (query.status == "any" or card.status == query.status)
        and (query.audience is None or query.audience in card.audiences)
        and (query.language is None or query.language == card.language)
        and (query.national is None or query.national == (card.national is not None))
        and (query.most_minutes is None or card.minutes <= query.most_minutes)
        and _teaches(card.competences, query)
    )


def _teaches(competences: Sequence[Item], query: NationalQuery) -> bool:
    return query.framework is query.competence is None or teaches(competences, query.framework, query.competence)


def slice_after(rows: list[tuple[str, str, Any]], cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    """The rows after a cursor's position, in the order of key and id, and where they go on. Raises: BadCursor."""
    after: tuple[str, str] | None = None
    if cursor:
        key, row_id = paging.decode(cursor, str, str)
        after = (key, row_id)
    rest = [row for row in rows if after is None or (row[0], row[1]) > after]
    shown = rest[:limit]
    more = paging.encode(shown[-1][0], shown[-1][1]) if len(rest) > limit else None
    return [row[2] for row in shown], more


def outline(space: Space, actor: Actor | None, course_id: str, version: int | None) -> Outline:
    """A published version's outline: 0 calls when warm. Without a sign-in only of courses in the catalogue.

    Raises: Unauthenticated, NotFound.
    """
    require_browsing(space, actor)
    if actor is None:
        catalogue.shown(space, course_id)
    return catalogue.outline(space, course_id, version)


def language(space: Space, frozen: Outline) -> str:
    """The language in which a course is written: 0 calls when warm."""
    return catalogue.card(space, frozen.course_id).language


def is_for_anyone(space: Space, course_id: str) -> bool:
    """Whether anyone may look at this course: 0 calls when warm. One that is archived stays with those who learn it,
    and so no cache may give it to others."""
    return is_public(space) and catalogue.card(space, course_id).status == "published"


def is_first(space: Space, frozen: Outline, lesson_id: str) -> bool:
    """Whether anyone may read this lesson: it is the first of a public course's newest version."""
    return (
        frozen.order[0] == lesson_id
        and is_for_anyone(space, frozen.course_id)
        # A newer one may have been published elsewhere within the card's minute.
        and frozen.version >= (catalogue.card(space, frozen.course_id).version or 0)
    )


def lesson(space: Space, actor: Actor | None, course_id: str, version: int, lesson_id: str) -> Outline:
    """The outline of the version whose lesson may be read: 0 calls when warm.

    Raises: Unauthenticated, NotFound, UnknownLesson.
    """
    frozen = outline(space, actor, course_id, version)
    frozen.require(lesson_id)
    if actor is None and not is_first(space, frozen, lesson_id):
        raise Unauthenticated
    return frozen


def files(frozen: Outline, lesson_id: str) -> list[LessonFile]:
    """The files of one published lesson, each with an address: no call. Raises: UnknownLesson."""
    expires_at = clock.now() + timedelta(seconds=uploads.LASTING_S)
    shown = []
    for file_id in frozen.lesson(lesson_id).files:
        facts = frozen.structure.files[file_id]
        url = uploads.address(frozen.prefix, file_id, facts.content_type)
        shown.append(
            LessonFile(
                id=file_id,
                name=facts.name,
                url=url,
                content_type=facts.content_type,
                size=facts.size,
                expires_at=expires_at,
            )
        )
    return shown


def cover(space: Space, course_id: str) -> str:
    """A short-lived address of a course's cover: 0 calls when warm. Raises: NotFound."""
    card = catalogue.card(space, course_id)
    if card.cover is None:
        raise NotFound
    return uploads.cover_address(NATIONAL if card.national else space.slug, card.cover)


def national_page(space: Space, query: NationalQuery) -> tuple[list[NationalCourse], str | None]:
    """A page of what the centre offers, by Vietnamese title, and what of it this space adopted: 0 calls when warm."""
    words = vietnamese.fold(query.q).split()
    rows = [
        (offered["ls"], offered["pk"], offered)
        for offered in national.offers()
        if all(word in vietnamese.fold(f"{offered['frozen_title']} {offered['summary']}") for word in words)
        and _teaches(offered.get("competences") or (), query)
    ]
    items, after = slice_after(rows, query.cursor, query.limit)
    here = {card.course_id: card for card in catalogue.cards(space)}
    return [_national(space, offered, here) for offered in items], after


def _national(space: Space, offered: Item, here: dict[str, Card]) -> NationalCourse:
    course_id = offered["pk"].removeprefix("national#")
    adopted = here.get(national.adopted_id(space, course_id))
    cover = offered.get("cover")
    return NationalCourse(
        id=course_id,
        title=offered["frozen_title"],
        summary=offered["summary"],
        cover=uploads.cover_address(NATIONAL, cover) if cover else None,
        language=offered["language"],
        audiences=offered["audiences"],
        competences=offered.get("competences") or [],
        minutes=offered.get("estimated_minutes") or offered["minutes"],
        lessons=offered["lessons"],
        version=offered["version"],
        offered_at=offered["offered_at"],
        adopted_as=adopted.course_id if adopted else None,
        adopted_version=adopted.version if adopted else None,
    )
