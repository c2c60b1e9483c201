"""``make bench-check``: calls, capacity and sizes of this code against the committed ones; differences fail it.

Calls and capacity must be the same to the unit. Sizes may differ by :data:`TOLERANCE`, since times are written with
more or fewer digits; a larger difference is meant to be looked at, and committed with ``make bench PART=exact``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from bench import exact, flat, results

TOLERANCE = 0.03
_SIZES = ("bytes", "zip_bytes", "template_bytes")

Difference = tuple[str, object, object]


def main() -> int:
    """Returns the exit status: 1 when a figure differs, or when one grows with learners or tenants."""
    kept = results.read("exact")
    now = exact.measure() | {"built": exact.built()}
    found = differences(kept, now)
    if found:
        results.Table("Differs from the committed figures", ["figure", "committed", "now"], found).print()
        print("  If it is meant: make bench PART=exact, and commit bench/results/exact.json with the reason.")
    grown = [name for kind in ("learners", "tenants") for name in flat.uneven(now[kind])]
    if grown:
        print(f"Not flat: {', '.join(grown)}")
    if found or grown:
        return 1
    print("Calls, capacity and sizes are the committed ones, and flat.")
    return 0


def differences(kept: dict[str, Any], now: dict[str, Any]) -> list[Difference]:
    """Figures that are not what they were, by their place; ``None`` where one has none. What was not built on this
    machine is not compared."""
    before, after = dict(_figures(kept)), dict(_figures(now))
    places = [place for place in before | after if not place.startswith("machine.")]
    missing = {place for place in places if place.startswith("built.") and place not in after}
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if place not in missing and not _alike(place, before.get(place), after.get(place))
    ]


def _figures(part: Any, place: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from _figures(inner, f"{place}.{name}" if place else str(name))
    else:
        yield place, part


def _alike(place: str, before: object, after: object) -> bool:
    if isinstance(before, int) and isinstance(after, int) and _is_size(place):
        return abs(after - before) <= TOLERANCE * before
    return before == after


def _is_size(place: str) -> bool:
    return place.startswith("items.") or place.rpartition(".")[2] in _SIZES


if __name__ == "__main__":
    sys.exit(main())
