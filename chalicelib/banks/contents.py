"""What assessments need of banks: which items there are to draw from, and their questions at a version.

A reference names a version and how often its key was corrected: what it leads to never changes, so each container
remembers it. Items of national banks are referred to in the same way, once a space has taken them over (``national``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import TypeAdapter

from chalicelib.banks import banking, filing, refs, store
from chalicelib.banks.refs import Ref as Ref  # others name it by this module
from chalicelib.banks.store import ContentItem
from chalicelib.courses import uploads
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.questions.models import AnyQuestion, Question
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_REMEMBERED_BYTES = 20_000_000
_OF_A_CHARACTER = 8  # bytes that a question takes in memory for each character of its JSON, near enough


@dataclass(frozen=True, slots=True)
class PoolQuery:
    """Which items of a bank may be drawn: those with all tags that are given. A competence is met by any beneath it
    (``filing.is_of``)."""

    bank: str
    competence: str | None = None
    difficulty: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Pooled:
    """An item that may be drawn, at its newest version and key."""

    ref: Ref
    points: int
    competences: tuple[str, ...]
    difficulty: int | None
    tags: tuple[str, ...]
    corrected: Mapping[str, int]  # by version: how often its key was

    def at(self, version: int | None) -> Ref | None:
        """The item at that version (``None``: the newest) with its newest key; nothing where there is no such one."""
        if version is None or version == self.ref.version:
            return self.ref
        if version > self.ref.version:
            return None
        return Ref(self.ref.bank, self.ref.item, version, self.corrected.get(str(version), 0))

    def suits(self, query: PoolQuery) -> bool:
        """Whether it has all tags that are given."""
        facts = {"competences": self.competences, "difficulty": self.difficulty, "tags": self.tags}
        return filing.has(facts, competence=query.competence, tag=query.tag, difficulty=query.difficulty)


@dataclass(frozen=True, slots=True)
class Content:
    """A question at a version and key. ``pictures`` are the content types of its files, which are under ``prefix``."""

    question: AnyQuestion
    pictures: Mapping[str, str]
    prefix: str
    size: int

    def addresses(self) -> dict[str, str]:
        """For each file that the question shows, an address that lasts a quarter of an hour; no call."""
        return {each: uploads.address(self.prefix, each, kind) for each, kind in self.pictures.items()}


_CONTENTS: Remembered[tuple[str, Ref], Content] = Remembered(_REMEMBERED_BYTES, weigh=lambda content: content.size)


@lru_cache(maxsize=1)
def _questions() -> TypeAdapter[AnyQuestion]:
    return TypeAdapter(Question)  # builds all kinds' schemas, so not before the first bank is read


def pool(space: Space, query: PoolQuery) -> list[Pooled]:
    """The items of one of the space's banks that may be drawn, in order of their ids, without archived ones: 1 call,
    and 1 for each megabyte (some 2,000 items of the bank, whatever is asked for).

    Raises: NotFound, ArchivedBank.
    """
    banking.require_in_use(space, query.bank)
    return [each for each in drawable(query.bank, store.all_heads(space, query.bank)) if each.suits(query)]


def named(space: Space, bank_id: str, item_ids: Collection[str]) -> list[Pooled]:
    """Those of these items that one of the space's banks has and that may be asked: 1 call, and 1 for each hundred.

    Raises: NotFound, ArchivedBank.
    """
    banking.require_in_use(space, bank_id)
    return drawable(bank_id, store.some_heads(space, [(bank_id, each) for each in item_ids]).values())


def drawable(bank_id: str, heads: Iterable[Item]) -> list[Pooled]:
    """What may be drawn of a bank: all that is not archived."""
    return [pooled(bank_id, head) for head in heads if "archived_at" not in head]


def pooled(bank_id: str, head: Item) -> Pooled:
    """An item's head as what may be drawn."""
    facts = head["filed"]
    return Pooled(
        refs.newest(bank_id, head),
        head["points"],
        tuple(facts["competences"]),
        facts.get("difficulty"),
        tuple(facts["tags"]),
        head["corrected"],
    )


def contents(space: Space, wanted: Collection[Ref]) -> dict[Ref, Content]:
    """Questions by reference: 0 calls for those that the container remembers, 1 for each hundred others, and 1 more
    where one of them was written a moment ago.

    Raises: NotFound when the space has one of them not, or has not taken it over.
    """
    found = {ref: kept for ref in wanted if (kept := _CONTENTS.peek((space.slug, ref)))}
    missing = [ref for ref in wanted if ref not in found]
    rows = store.contents(space, missing, consistent=False) if missing else {}  # what never changes is never stale
    if len(rows) < len(set(missing)):
        rows |= store.contents(space, [ref for ref in missing if ref not in rows])
    if len(rows) < len(set(missing)):
        raise NotFound
    for ref, row in rows.items():
        found[ref] = _content(space, row)
        _CONTENTS.keep((space.slug, ref), found[ref])
    return found


def _content(space: Space, row: ContentItem) -> Content:
    question = _questions().validate_json(row.question)
    return Content(question, row.pictures, row.prefix or space.slug, len(row.question) * _OF_A_CHARACTER)


def key_revisions(space: Space, wanted: Collection[Ref], national: Collection[str]) -> dict[Ref, int]:
    """How often the key of each version was corrected by now, as far as the space knows of ``national`` banks: 1 call
    for each hundred items. A reference with another ``key`` is marked by another key than the newest."""
    found = store.keys(space, wanted, national)
    return {ref: _corrections(found.get(ref), ref, ref.bank in national) for ref in wanted}


def _corrections(row: Item | None, ref: Ref, is_national: bool) -> int:
    if row is None:
        return ref.key
    return max(int(row["key"]), ref.key) if is_national else refs.corrections(row, ref.version)
