"""Analysis of items: sheets folded in this process as the job folds them, without stores: CPU for each, memory, and
bytes of what is kept between two invocations.

Forty of two hundred questions are drawn for each sheet, with known answers by one who knows more or less.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from typing import Any

from bench import results
from chalicelib.assessment import analysis, analysis_figures
from chalicelib.assessment.analysis_folding import Fold, again
from chalicelib.banks.contents import Content, Ref
from chalicelib.questions.choosing import Choice, ChoiceQuestion
from chalicelib.storage.items import Item

SIZES = {"small": 2_000, "full": 100_000}
_POOL, _ASKED = 200, 40
_CHOICES = "abcd"


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("analysis", found)
    results.show(tables(found))


def run(sheets: int) -> dict[str, Any]:
    """Fold so many sheets, made one at a time; what making them takes is not counted."""
    questions = {Ref("bank", f"{number:03d}", 1): _content() for number in range(_POOL)}
    fold, cpu, before = Fold(), 0.0, _peak_kb()
    for refs, sheet in _sheets(sheets, list(questions)):
        started = time.process_time()
        fold.add(analysis.on_sheet(sheet, refs, questions), sheet["sc"])
        cpu += time.process_time() - started
    started = time.process_time()
    text = json.dumps(fold.kept(), separators=(",", ":"))
    again(json.loads(text))
    kept = time.process_time() - started
    started = time.process_time()
    for item in fold.items.values():
        analysis_figures.of_item(item, _CHOICES, {"a"})
    return {
        "sheets": sheets,
        "cpu_us": round(cpu / sheets * 1_000_000),
        "cpu_s": round(cpu, 1),
        "grown_mb": round((_peak_kb() - before) / 1024, 1),
        "kept_kb": len(text) // 1024,
        "kept_ms": round(kept * 1_000),
        "figures_ms": round((time.process_time() - started) * 1_000),
    }


def _content() -> Content:
    choices = [Choice(id=each, text=each, correct=each == "a") for each in _CHOICES]
    return Content(ChoiceQuestion(kind="single", prompt="?", choices=choices), {}, "", 0)


def _sheets(sheets: int, pool: list[Ref]) -> Iterator[tuple[list[Ref], Item]]:
    chance = random.Random(1)  # noqa: S311 (figures to be measured again, no secret)
    for _ in range(sheets):
        refs, knows = chance.sample(pool, _ASKED), chance.random()
        taken = ["a" if chance.random() < knows else chance.choice(_CHOICES) for _ in refs]
        sheet: Item = {"mk": [str(int(each == "a")) for each in taken], "sc": 100 * taken.count("a") // _ASKED}
        for number, each in enumerate(taken, 1):
            sheet |= {f"a_{number}": [each], f"t_{number}": chance.randint(5, 300)}
        yield refs, sheet


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row: what folding takes."""
    columns = ["CPU µs each", "CPU s", "memory grown MB", "kept KB", "keeping ms", "figures ms"]
    row = [found[key] for key in ("cpu_us", "cpu_s", "grown_mb", "kept_kb", "kept_ms", "figures_ms")]
    note = f"{_ASKED} of {_POOL} questions on each sheet; keeping is writing and reading the sums once."
    return [results.Table(f"{found['sheets']:,} sheets folded", columns, [row], note)]
