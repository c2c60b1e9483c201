"""How much of what a tenant may use, so that one never takes it from its neighbours; operators set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Quotas:
    """A tenant's quotas; what operators did not set takes these values."""

    requests_per_second: int = 2_000
    storage_gb: int = 100
    people: int = 1_000_000


USUAL = Quotas()


def of(kept: Mapping[str, Any] | None) -> Quotas:
    """The quotas of a tenant's item in the registry; ones that a newer release wrote are passed over."""
    if not kept:
        return USUAL
    return Quotas(**{each.name: kept[each.name] for each in fields(Quotas) if each.name in kept})
