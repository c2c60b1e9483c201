"""What publishing freezes: under which terms an assessment is taken, and the very versions that it asks or draws from.

A sitting keeps the version that it was begun under; authors go on writing, and nobody's exam changes under their hands.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.assessment import store
from chalicelib.assessment.definition_models import AssessmentDraft, DrawnPart, FixedPart, ItemRef, Terms
from chalicelib.assessment.drawing import FrozenPart, shortages
from chalicelib.banks import contents
from chalicelib.banks.banking import ArchivedBank
from chalicelib.banks.contents import Pooled, PoolQuery, Ref
from chalicelib.errors import Fault, InvalidInput, NotFound
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space

MOST_POOL = 10_000  # items of all parts: with their ids some 200 KB, of an item's 400
_KEPT_REFS = 100_000
# What a version keeps of competences: codes of frameworks, and not whatever else an author types there.
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,11}")
_MOST_CODES = 5
_MOST_FILED = 1_000


@dataclass(frozen=True, slots=True)
class Filed:
    """What an item is filed by when a version is published: what measures skills goes by that."""

    competences: tuple[str, ...]
    difficulty: int | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A published version. ``filed`` is by bank and item; one that is filed by nothing is not in it."""

    assessment: str
    version: int
    terms: Terms
    parts: tuple[FrozenPart, ...]
    filed: Mapping[tuple[str, str], Filed] = field(default_factory=dict)

    @property
    def questions(self) -> int:
        """How many each gets."""
        return sum(len(each.pool) if each.count is None else each.count for each in self.parts)

    @property
    def pool(self) -> int:
        """How many there are to draw from, and fixed ones."""
        return sum(len(each.pool) for each in self.parts)


_FROZEN: Remembered[tuple[str, str, int], Frozen] = Remembered(_KEPT_REFS, weigh=lambda frozen: frozen.pool + 10)


def freeze(space: Space, assessment_id: str, version: int, draft: AssessmentDraft) -> Frozen:
    """A draft as it would be published: 2 calls for each bank, and 1 for the questions of each hundred items whose
    version is named. Raises: InvalidInput, naming each part that cannot be had."""
    gathering = _Gathering(space)
    parts = [gathering.part(each, f"parts.{place}") for place, each in enumerate(draft.parts)]
    faults = gathering.faults
    if not draft.parts:
        faults.append(Fault("parts", "nothing_to_ask", "Bài chưa có câu hỏi nào.", "There is nothing to ask yet."))
    if not faults:
        faults += _shortages(parts)
    if sum(len(each.pool) for each in parts) > MOST_POOL:
        vi = f"Các phần gộp lại có quá {MOST_POOL} câu để rút. Hãy lọc theo nhãn hoặc độ khó."
        faults.append(
            Fault("parts", "pool_too_large", vi, f"The parts draw from more than {MOST_POOL} items together.")
        )
    if faults:
        raise InvalidInput(faults=faults)
    terms = Terms.model_validate(draft.model_dump(exclude={"parts"}))
    return Frozen(assessment_id, version, terms, tuple(parts), gathering.filed(parts))


def _shortages(parts: Sequence[FrozenPart]) -> list[Fault]:
    return [
        Fault(
            f"parts.{each.place}",
            "pool_too_small",
            f"Phần này cần {each.wanted} câu khác nhau nhưng chỉ chắc chắn có {each.left} câu.",
            f"This part asks for {each.wanted} different questions, and only {each.left} are sure to be left for it.",
        )
        for each in shortages(parts)
    ]


class _Gathering:
    """The items of one draft's parts; each bank is read once, and what is not there is noted."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._banks: dict[str, dict[str, Ref] | None] = {}
        self.faults: list[Fault] = []
        self._filed: dict[tuple[str, str], Filed] = {}

    def part(self, part: FixedPart | DrawnPart, field: str) -> FrozenPart:
        """One part as it is frozen."""
        if isinstance(part, FixedPart):
            found = [self._fixed(each, f"{field}.items.{place}") for place, each in enumerate(part.items)]
            return FrozenPart(tuple(each for each in found if each))
        try:
            query = PoolQuery(part.bank, part.competence, part.difficulty, part.tag)
            pool = tuple(each.ref for each in self._noted(contents.pool(self._space, query)))
        except (NotFound, ArchivedBank):
            self._missing(f"{field}.bank")
            pool = ()
        return FrozenPart(pool, part.count)

    def _fixed(self, wanted: ItemRef, field: str) -> Ref | None:
        bank = self._bank(wanted.bank)
        newest = bank.get(wanted.item) if bank else None
        if newest is None:
            self._missing(field)
            return None
        if wanted.version in (None, newest.version):
            return newest
        named = Ref(wanted.bank, wanted.item, wanted.version or 0)
        try:
            contents.contents(self._space, [named])
        except NotFound:
            self._missing(f"{field}.version")
            return None
        return named

    def _bank(self, bank_id: str) -> dict[str, Ref] | None:
        if bank_id not in self._banks:
            try:
                pool = self._noted(contents.pool(self._space, PoolQuery(bank_id)))
                self._banks[bank_id] = {each.ref.item: each.ref for each in pool}
            except (NotFound, ArchivedBank):
                self._banks[bank_id] = None
        return self._banks[bank_id]

    def _noted(self, pool: Sequence[Pooled]) -> Sequence[Pooled]:
        for each in pool:
            if each.competences:
                codes = [code for code in each.competences if _CODE.fullmatch(code)][:_MOST_CODES]
                self._filed[each.ref.bank, each.ref.item] = Filed(tuple(codes), each.difficulty)
        return pool

    def filed(self, parts: Sequence[FrozenPart]) -> dict[tuple[str, str], Filed]:
        """What may be asked, by what it is filed by. Of more ways than any framework has codes and difficulties, as
        many as a version has room for."""
        found: dict[tuple[str, str], Filed] = {}
        kinds: set[Filed] = set()
        for what in ((ref.bank, ref.item) for part in parts for ref in part.pool):
            filed = self._filed.get(what)
            if filed and filed.competences and (filed in kinds or len(kinds) < _MOST_FILED):
                kinds.add(filed)
                found[what] = filed
        return found

    def _missing(self, field: str) -> None:
        vi, en = "Không có câu hỏi hoặc ngân hàng này, hoặc đã lưu trữ.", "There is no such item or bank in use."
        self.faults.append(Fault(field, "unknown_item", vi, en))


def read(space: Space, assessment_id: str, version: int) -> Frozen:
    """A published version: 0 calls when warm, else 1. Raises: NotFound."""

    def find() -> Frozen:
        pack = store.frozen(space, assessment_id, version)
        if pack is None:
            raise NotFound
        return unpack(assessment_id, version, pack)

    return _FROZEN.get((space.slug, assessment_id, version), find)


def pack(frozen: Frozen) -> bytes:
    """A version as it is stored: banks named once, ids side by side, and what they are filed by by its number."""
    kinds = list(dict.fromkeys(frozen.filed.values()))
    places = {each: place for place, each in enumerate(kinds)}

    def filed(pool: Sequence[Ref]) -> list[int | None]:
        found = (frozen.filed.get((ref.bank, ref.item)) for ref in pool)
        return [None if each is None else places[each] for each in found]

    parts = [
        {"count": each.count, "banks": _by_bank(each.pool), "filed": filed(each.pool)} for each in frozen.parts
    ]  # fmt: skip
    terms = frozen.terms.model_dump(mode="json")
    facts = {"terms": terms, "parts": parts, "filed": [[each.competences, each.difficulty] for each in kinds]}
    return zlib.compress(json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode())


def _by_bank(pool: Sequence[Ref]) -> list[list[str]]:
    """Runs of refs of the same bank, in order."""
    runs: list[list[str]] = []
    for ref in pool:
        if not runs or runs[-1][0] != ref.bank:
            runs.append([ref.bank])
        runs[-1].append(f"{ref.item}.{ref.version}.{ref.key}")
    return runs


def unpack(assessment_id: str, version: int, packed: bytes) -> Frozen:
    """What :func:`pack` wrote."""
    facts: Mapping[str, Any] = json.loads(zlib.decompress(packed))
    parts = tuple(
        FrozenPart(tuple(ref_of(run[0], each) for run in part["banks"] for each in run[1:]), part["count"])
        for part in facts["parts"]
    )
    kinds = [Filed(tuple(competences), difficulty) for competences, difficulty in facts.get("filed", ())]
    filed = {
        (ref.bank, ref.item): kinds[place]
        for part, stored in zip(parts, facts["parts"], strict=True)
        for ref, place in zip(part.pool, stored.get("filed", ()), strict=False)  # none in what is older
        if place is not None
    }
    return Frozen(assessment_id, version, Terms.model_validate(facts["terms"]), parts, filed)


def ref_of(bank: str, text: str) -> Ref:
    """A reference as it is stored behind its bank: ``<item>.<version>.<key>``."""
    item, version, key = text.split(".")
    return Ref(bank, item, int(version), int(key))
