"""What publishing freezes: under which terms an assessment is taken, and the very versions that it asks or draws from.

A sitting keeps the version that it was begun under; authors go on writing, and nobody's exam changes under their hands.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.assessment import store
from chalicelib.assessment.definition_models import Terms
from chalicelib.assessment.drawing import FrozenPart
from chalicelib.banks.refs import Ref
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space

_KEPT_REFS = 100_000


@dataclass(frozen=True, slots=True)
class Filed:
    """What an item is filed by when a version is published: what measures skills goes by that."""

    competences: tuple[str, ...]
    difficulty: int | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A published version. ``filed`` is by bank and item; one that is filed by nothing is not in it. ``asked`` are its
    parts as the draft had them, ``national`` those of its banks that are the centre's."""

    assessment: str
    version: int
    terms: Terms
    parts: tuple[FrozenPart, ...]
    filed: Mapping[tuple[str, str], Filed] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    national: frozenset[str] = frozenset()

    @property
    def questions(self) -> int:
        """How many each gets."""
        return sum(len(each.pool) if each.count is None else each.count for each in self.parts)

    @property
    def pool(self) -> int:
        """How many there are to draw from, and fixed ones."""
        return sum(len(each.pool) for each in self.parts)

    @property
    def refs(self) -> list[Ref]:
        """All items that may be asked, each once."""
        return list(dict.fromkeys(ref for part in self.parts for ref in part.pool))


_FROZEN: Remembered[tuple[str, str, int], Frozen] = Remembered(_KEPT_REFS, weigh=lambda frozen: frozen.pool + 10)


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
    facts = {
        "terms": terms, "parts": parts, "filed": [[each.competences, each.difficulty] for each in kinds],
        "asked": frozen.asked, "national": sorted(frozen.national),
    }  # fmt: skip
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
    asked, national = tuple(facts.get("asked", ())), frozenset(facts.get("national", ()))
    return Frozen(assessment_id, version, Terms.model_validate(facts["terms"]), parts, filed, asked, national)


def ref_of(bank: str, text: str) -> Ref:
    """A reference as it is stored behind its bank: ``<item>.<version>.<key>``."""
    item, version, key = text.split(".")
    return Ref(bank, item, int(version), int(key))
