"""What a space offers its learners: cards of its courses, and the outline of each published version.

All cards of a space are read at once and remembered for a minute; outlines are immutable and remembered by size. So the
catalogue and an outline cost no call when warm, and what this process changes itself is seen at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib import vietnamese
from chalicelib.courses import content, store
from chalicelib.courses.outline import Outline
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.people.profile import FieldName
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

FRESH_S = 60
_ORDER_LENGTH = 480  # a cursor carries one, and DynamoDB sorts national courses by it: both have their limits

_FROZEN = ("frozen_title", "national", "prefix", "pack", "index")

CourseStatus = Literal["draft", "published", "archived"]


@dataclass(frozen=True, slots=True)
class Card:
    """A course as the catalogue has it; ``minutes`` are what its author says, or else all its lessons' together.

    ``version`` is the newest published one (``None``: none yet). An adopted course names the centre's course in
    ``national``; ``latest`` is then the newest version that the centre has offered.
    """

    course_id: str
    title: str
    summary: str
    cover: str | None
    language: str
    audiences: tuple[str, ...]
    asks: tuple[FieldName, ...]  # of the profile
    competences: tuple[Item, ...]  # that it teaches: framework, code, level
    minutes: int
    lessons: int
    version: int | None
    published_at: str | None
    archived: bool
    national: str | None
    latest: int | None
    offered: bool
    created_at: str
    updated_at: str
    search: str
    order: str
    frozen: Item  # where the newest version's content is

    @property
    def status(self) -> CourseStatus:
        """Archived before anything else: an archived course may be published or not."""
        if self.archived:
            return "archived"
        return "draft" if self.version is None else "published"

    @property
    def update_available(self) -> bool:
        """Whether the centre has a newer version of this adopted course."""
        return self.latest is not None and self.version is not None and self.latest > self.version


@dataclass(frozen=True, slots=True)
class _Cards:
    by_id: dict[str, Card]
    in_order: tuple[Card, ...]


def _weight(outline: Outline) -> int:
    # An adopted course's structure is one for all the spaces that show it.
    return 500 + (outline.structure.weight if outline.prefix != NATIONAL else 0)


_CARDS: Remembered[str, _Cards] = Remembered(10_000, fresh_s=FRESH_S, weigh=lambda cards: len(cards.by_id) + 1)
_OUTLINES: Remembered[tuple[str, str, int], Outline] = Remembered(5_000_000, weigh=_weight)


def card_of(head: Item) -> Card:
    """The card that a head is."""
    title, summary = head["title"], head["summary"]
    return Card(
        course_id=head["sk"],
        title=title,
        summary=summary,
        cover=head.get("cover"),
        language=head["language"],
        audiences=tuple(head["audiences"]),
        asks=tuple(head.get("asks") or ()),
        competences=tuple(head.get("competences") or ()),
        minutes=head.get("estimated_minutes") or head.get("minutes") or 0,
        lessons=head.get("lessons") or 0,
        version=head.get("version"),
        published_at=head.get("published_at"),
        archived="archived_at" in head,
        national=head.get("national"),
        latest=head.get("latest"),
        offered=bool(head.get("offered")),
        created_at=head["created_at"],
        updated_at=head["updated_at"],
        search=vietnamese.fold(f"{title} {summary}"),
        order=order_of(title),
        frozen={name: head[name] for name in _FROZEN if name in head},
    )


def order_of(title: str) -> str:
    """What a list is sorted by: the Vietnamese order of titles."""
    return vietnamese.collation_key(title)[:_ORDER_LENGTH]


def cards(space: Space, *, fresh: bool = False) -> Sequence[Card]:
    """All of a space's courses by Vietnamese title: 0 calls when warm, else one Query for each megabyte."""
    if fresh:
        forget(space)
    return _cards(space).in_order


def published(space: Space) -> list[Card]:
    """The courses that learners may find, by Vietnamese title; at most a minute old. Costs what :func:`cards` costs."""
    return [card for card in _cards(space).in_order if card.status == "published"]


def card(space: Space, course_id: str) -> Card:
    """One course's card: 0 calls when warm; a course made elsewhere within the last minute is one GetItem.

    Raises: NotFound.
    """
    found = _cards(space).by_id.get(course_id)
    return found or _read_card(space, course_id)


def shown(space: Space, course_id: str) -> Card:
    """The card of a course that learners may find. Raises: NotFound, also for a draft and for what is archived."""
    found = _cards(space).by_id.get(course_id)
    if found is None or found.status != "published":
        found = _read_card(space, course_id)
    if found.status != "published":
        raise NotFound
    return found


def outline(space: Space, course_id: str, version: int | None = None) -> Outline:
    """A published version's outline: 0 calls when warm.

    ``None`` is the version that new learners get: at most a minute old, and what this process published itself at once.
    A course that is archived has no such version, but every version once published stays readable by its number.

    Raises: NotFound.
    """
    if version is None:
        now = shown(space, course_id)
        number = now.version or 0
        return _OUTLINES.get((space.slug, course_id, number), lambda: _outline(course_id, number, now.frozen))
    return _OUTLINES.get((space.slug, course_id, version), lambda: _read_outline(space, course_id, version))


def forget(space: Space) -> None:
    """Look again next time: after this process changed a course."""
    _CARDS.forget(space.slug)


def forget_everything() -> None:
    """Drop what is remembered: for tests."""
    _CARDS.clear()
    _OUTLINES.clear()
    content.forget()


def _cards(space: Space) -> _Cards:
    return _CARDS.get(space.slug, lambda: _read_cards(space))


def _read_cards(space: Space) -> _Cards:
    found = [card_of(head) for head in store.heads(space)]
    found.sort(key=lambda card: (card.order, card.course_id))
    return _Cards({card.course_id: card for card in found}, tuple(found))


def _read_card(space: Space, course_id: str) -> Card:
    head = store.head(space, course_id)
    if head is None:
        raise NotFound
    return card_of(head)


def _read_outline(space: Space, course_id: str, version: int) -> Outline:
    item = store.version(space, course_id, version)
    if item is None:
        raise NotFound
    return _outline(course_id, version, {name: getattr(item, name) for name in _FROZEN})


def _outline(course_id: str, version: int, frozen: Item) -> Outline:
    """The outline that a version, or the head that shows it, points to."""
    return Outline(
        course_id=course_id,
        version=version,
        title=frozen["frozen_title"],
        national=frozen.get("national"),
        prefix=frozen["prefix"],
        pack=frozen["pack"],
        structure=content.structure(frozen["index"]),
    )
