"""What a draft asks for, found in the space's own banks and in those that the centre shares: the very versions that
publishing freezes.

A bank of the space's own comes before one of the centre's. A part that stands as it was published keeps what was frozen
for it where its bank is in use no longer: an author may always publish other terms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from chalicelib.assessment.definition_models import AssessmentDraft, DrawnPart, FixedPart, ItemRef, Terms
from chalicelib.assessment.drawing import FrozenPart, shortages
from chalicelib.assessment.freezing import Filed, Frozen
from chalicelib.banks import contents, national
from chalicelib.banks.banking import ArchivedBank
from chalicelib.banks.contents import Pooled, PoolQuery, Ref
from chalicelib.errors import Fault, InvalidInput, NotFound
from chalicelib.storage.spaces import Space

MOST_POOL = 10_000  # items of all parts: with their ids some 200 KB, of an item's 400
# What a version keeps of competences: codes of frameworks, and not whatever else an author types there.
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,11}")
_MOST_CODES = 5
_MOST_FILED = 1_000


def freeze(space: Space, assessment_id: str, version: int, draft: AssessmentDraft, before: Frozen | None) -> Frozen:
    """A draft as it would be published after the version ``before``: 2 calls for each of the space's own banks and 3
    for each of the centre's (1 where the container remembers it), 2 more where single items are named as well, and 1
    for each further megabyte of heads. Raises: InvalidInput, naming each part that cannot be had."""
    gathering = _Gathering(space, before, draft.parts)
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
    return Frozen(
        assessment_id,
        version,
        Terms.model_validate(draft.model_dump(exclude={"parts"})),
        tuple(parts),
        gathering.filed(parts),
        tuple(each.model_dump_json() for each in draft.parts),
        gathering.national(parts),
    )


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
    """The items of one draft's parts; each bank is read once, where nothing is drawn only the items that are named, and
    what is not there is noted."""

    def __init__(self, space: Space, before: Frozen | None, parts: Sequence[FixedPart | DrawnPart]) -> None:
        self._space = space
        self._drawn_from = {each.bank for each in parts if isinstance(each, DrawnPart)}
        self._named = {item for each in parts if isinstance(each, FixedPart) for item in each.items}
        self._banks: dict[str, dict[str, Pooled] | None] = {}
        self._kept = dict(zip(before.asked, before.parts, strict=False)) if before else {}
        self._filed: dict[tuple[str, str], Filed] = dict(before.filed) if before else {}
        self._national = set(before.national) if before else set()
        self.faults: list[Fault] = []

    def part(self, part: FixedPart | DrawnPart, field: str) -> FrozenPart:
        """One part as it is frozen."""
        banks = {part.bank} if isinstance(part, DrawnPart) else {each.bank for each in part.items}
        kept = self._kept.get(part.model_dump_json())
        if kept and not all(self._bank(each) is not None for each in banks):
            return kept
        if isinstance(part, FixedPart):
            found = [self._fixed(each, f"{field}.items.{place}") for place, each in enumerate(part.items)]
            return FrozenPart(tuple(each for each in found if each))
        return FrozenPart(self._drawn(part, f"{field}.bank"), part.count)

    def _drawn(self, part: DrawnPart, field: str) -> tuple[Ref, ...]:
        bank, query = self._bank(part.bank), PoolQuery(part.bank, part.competence, part.difficulty, part.tag)
        if bank is None:
            self._missing(field)
            return ()
        return tuple(each.ref for each in bank.values() if each.suits(query))

    def _fixed(self, wanted: ItemRef, field: str) -> Ref | None:
        bank = self._bank(wanted.bank)
        item = bank.get(wanted.item) if bank else None
        if item is None:
            self._missing(field)
            return None
        ref = item.at(wanted.version)
        if ref is None:
            self._missing(f"{field}.version")
        return ref

    def _bank(self, bank_id: str) -> Mapping[str, Pooled] | None:
        """The items of a bank in use, by their ids."""
        if bank_id not in self._banks:
            pool = self._read(bank_id)
            self._banks[bank_id] = None if pool is None else {each.ref.item: each for each in pool}
            for each in pool or ():
                self._note(each)
        return self._banks[bank_id]

    def _read(self, bank_id: str) -> Sequence[Pooled] | None:
        named = {each.item for each in self._named if each.bank == bank_id}
        try:
            return self._own(bank_id, named)
        except ArchivedBank:
            return None
        except NotFound:
            try:
                pool = self._of_the_centre(bank_id, named)
            except NotFound:
                return None
            self._national.add(bank_id)
            return pool

    def _own(self, bank_id: str, named: Collection[str]) -> Sequence[Pooled]:
        if bank_id in self._drawn_from:
            return contents.pool(self._space, PoolQuery(bank_id))
        return contents.named(self._space, bank_id, named)

    def _of_the_centre(self, bank_id: str, named: Collection[str]) -> Sequence[Pooled]:
        """What is named is looked up though all were drawn: the author may have seen the centre add it just now."""
        pool = national.pool(bank_id) if bank_id in self._drawn_from else ()
        return [*pool, *national.named(bank_id, named)] if named else pool

    def _note(self, item: Pooled) -> None:
        codes = tuple(code for code in item.competences if _CODE.fullmatch(code))[:_MOST_CODES]
        what = item.ref.bank, item.ref.item
        self._filed.pop(what, None)
        if codes:
            self._filed[what] = Filed(codes, item.difficulty)

    def filed(self, parts: Sequence[FrozenPart]) -> dict[tuple[str, str], Filed]:
        """What may be asked, by what it is filed by. Of more ways than any framework has codes and difficulties, as
        many as a version has room for."""
        found: dict[tuple[str, str], Filed] = {}
        kinds: set[Filed] = set()
        for what in ((ref.bank, ref.item) for part in parts for ref in part.pool):
            filed = self._filed.get(what)
            if filed and (filed in kinds or len(kinds) < _MOST_FILED):
                kinds.add(filed)
                found[what] = filed
        return found

    def national(self, parts: Sequence[FrozenPart]) -> frozenset[str]:
        """Which of the banks that may be asked from are the centre's."""
        return frozenset(self._national.intersection(ref.bank for part in parts for ref in part.pool))

    def _missing(self, field: str) -> None:
        vi, en = "Không có câu hỏi hoặc ngân hàng này, hoặc đã lưu trữ.", "There is no such item or bank in use."
        self.faults.append(Fault(field, "unknown_item", vi, en))
