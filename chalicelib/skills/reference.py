"""Which frameworks there are: those that come with the platform, and in their place or besides what the centre imports.

They are the same for all spaces and change seldom: each container remembers them for a minute.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib import clock
from chalicelib.courses import catalogue, competences
from chalicelib.courses.browsing import slice_after
from chalicelib.courses.competences import TaughtCompetence
from chalicelib.errors import Conflict, Fault, InvalidInput, NotFound, PreconditionFailed
from chalicelib.http.caching import Remembered
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.requests import Circumstances
from chalicelib.skills import store
from chalicelib.skills.framework_models import MOST_CONTENT_BYTES, Framework, FrameworkCard, FrameworkContent
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import FRESH_S
from chalicelib.storage.table import TransactionFailed

BUNDLED = Path(__file__).with_name("frameworks")
MOST_FRAMEWORKS = 50
_EVERY = "every"


class TooManyFrameworks(Conflict):
    """There are as many frameworks as there may be."""

    code = "too_many_frameworks"
    vi = "Đã có {most} khung năng lực, là số tối đa. Hãy nhập thay một khung đã có."
    en = "There are {most} frameworks, which is all there may be. Import in place of one of them."


@dataclass(frozen=True, slots=True)
class Known:
    """A framework as it is now. ``version`` counts its imports; 0: as it comes with the platform."""

    content: FrameworkContent
    version: int = 0
    imported_at: str | None = None

    @property
    def etag(self) -> str:
        """The validator of its state."""
        return f'"{self.version}"'

    def shown(self) -> Framework:
        """As it goes out."""
        return Framework(
            **self.content.model_dump(),
            version=self.version,
            imported_at=clock.from_timestamp(self.imported_at) if self.imported_at else None,
        )

    def card(self) -> FrameworkCard:
        """As a list has it."""
        content = self.content
        return FrameworkCard(
            **content.model_dump(include={"id", "title", "edition", "state"}),
            levels=content.scale,
            areas=len(content.areas),
            audiences=[each.audience for each in content.profiles],
            version=self.version,
        )


_KNOWN: Remembered[str, Known | None] = Remembered(2 * MOST_FRAMEWORKS, fresh_s=FRESH_S)
_CARDS: Remembered[str, list[FrameworkCard]] = Remembered(1, fresh_s=FRESH_S)


@lru_cache(maxsize=1)
def _bundled() -> dict[str, Known]:
    """What comes with the platform: read once, at the first framework that is asked for."""
    found = [FrameworkContent.model_validate_json(path.read_bytes()) for path in sorted(BUNDLED.glob("*.json"))]
    return {each.id: Known(each) for each in found}


def find(framework_id: str) -> Known:
    """A framework as it is now: 0 calls when warm (60 s), else 1. Raises: NotFound."""
    known = _KNOWN.get(framework_id, lambda: _read(framework_id))
    if known is None:
        raise NotFound
    return known


def every() -> list[FrameworkCard]:
    """All frameworks by Vietnamese title: 0 calls when warm (60 s), else 1."""
    return _CARDS.get(_EVERY, _read_cards)


def page(query: PageQuery) -> Page[FrameworkCard]:
    """A page of all frameworks. Raises: BadCursor."""
    rows = [(_order(each), each.id, each) for each in every()]
    found, after = slice_after(rows, query.cursor, query.limit)
    return Page[FrameworkCard](items=found, next=after)


def keep(content: FrameworkContent, circumstances: Circumstances, *, dry_run: bool) -> int:
    """Let a framework be as imported from now on, and give the version that it then is; a dry run only looks: 2 calls,
    or 3. Without ``If-Match`` it takes the place of whatever there is.

    Raises: InvalidInput for what cannot take its place, TooManyFrameworks, PreconditionFailed.
    """
    before = _read(content.id)
    if circumstances.if_match is not None:
        circumstances.require_match(before.etag if before else '"0"')
    if before is None and len(_read_cards()) >= MOST_FRAMEWORKS:
        raise TooManyFrameworks(most=MOST_FRAMEWORKS)
    text = _checked(content, before)
    seen = before.version if before else 0
    if not dry_run:
        _write(content, text, seen, circumstances.actor_id)
    return seen + 1


def _checked(content: FrameworkContent, before: Known | None) -> bytes:
    text = content.model_dump_json().encode()
    faults = []
    if len(text) > MOST_CONTENT_BYTES:
        vi = f"Khung có tối đa {MOST_CONTENT_BYTES // 1000} KB. Hãy rút ngắn mô tả."
        en = f"A framework has at most {MOST_CONTENT_BYTES // 1000} KB. Shorten what it says of its competences."
        faults.append(Fault("areas", "framework_too_large", vi, en))
    if before:  # a draft, too: people may have been measured by it
        faults += _breaks(before.content, content)
    if faults:
        raise InvalidInput(faults=faults)
    return text


def _breaks(before: FrameworkContent, content: FrameworkContent) -> list[Fault]:
    """What people may have been measured by stays: levels mean the same, no area is lost from under them, and what is
    published is no draft again."""
    vi = "Có thể đã có người được đo theo khung này nên không đổi được {}. Hãy nhập ấn bản mới với một mã khung khác."
    en = "People may have been measured by this one: {} cannot change. Import another edition under an id of its own."
    faults = []
    if before.scale != content.scale:
        faults.append(Fault("levels", "scale_changed", vi.format("số mức"), en.format("how many levels it has")))
    lost = sorted({each.code for each in before.areas} - {each.code for each in content.areas})
    if lost:
        codes = ", ".join(lost)
        faults.append(Fault("areas", "area_lost", vi.format(f"miền {codes}"), en.format(f"that it has areas {codes}")))
    if before.state == "published" and content.state == "draft":
        vi, en = "Khung đã công bố không trở lại thành dự thảo.", "What is published does not become a draft again."
        faults.append(Fault("state", "was_published", vi, en))
    return faults


def _write(content: FrameworkContent, text: bytes, seen: int, actor_id: str) -> None:
    at = clock.timestamp()
    facts = {"pack": zlib.compress(text), "at": at, "by": actor_id}
    card = Known(content, seen + 1, at).card().model_dump(mode="json")
    try:
        store.keep_framework(content.id, seen, facts, {"card": json.dumps(card, ensure_ascii=False)})
    except TransactionFailed:
        raise PreconditionFailed from None
    _KNOWN.forget(content.id)
    _CARDS.clear()


def _read(framework_id: str) -> Known | None:
    item = store.framework(framework_id)
    return _known(item) if item else _bundled().get(framework_id)


def _known(item: Item) -> Known:
    content = FrameworkContent.model_validate_json(zlib.decompress(bytes(item["pack"])))
    return Known(content, int(item["v"]), item["at"])


def _read_cards() -> list[FrameworkCard]:
    cards = {framework_id: each.card() for framework_id, each in _bundled().items()}
    cards |= {item["sk"]: FrameworkCard.model_validate_json(item["card"]) for item in store.frameworks()}
    return sorted(cards.values(), key=lambda each: (_order(each), each.id))


def _order(card: FrameworkCard) -> str:
    return catalogue.order_of(card.title.vi)


@competences.checks
def unknown(taught: Sequence[TaughtCompetence]) -> list[Fault]:
    """Which of the competences that a course is said to teach no framework has: 0 calls when warm."""
    return [fault for place, each in enumerate(taught) if (fault := _unknown(place, each))]


def _unknown(place: int, taught: TaughtCompetence) -> Fault | None:
    path = f"competences.{place}"
    try:
        content = find(taught.framework).content
    except NotFound:
        vi, en = "Không có khung năng lực này.", "There is no such framework."
        return Fault(f"{path}.framework", "framework_unknown", vi, en)
    if content.area_of(taught.code) is None:
        vi = f"Khung {taught.framework} không có miền hay năng lực mang mã {taught.code}."
        en = f"The framework {taught.framework} has no area or competence {taught.code}."
        return Fault(f"{path}.code", "code_unknown", vi, en)
    if taught.level > content.scale:
        vi, en = f"Khung này chỉ có {content.scale} mức.", f"This framework has only {content.scale} levels."
        return Fault(f"{path}.level", "level_unknown", vi, en)
    return None
