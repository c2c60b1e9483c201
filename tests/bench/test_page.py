"""The page of measures shows the committed results."""

from __future__ import annotations

import pytest

from bench import page, results


def test_the_page_shows_what_was_measured() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.page(text), "docs/bench.md is not what bench/results say: python -m bench.page"


@pytest.mark.parametrize("part", page.PARTS)
def test_results_name_a_machine_and_no_place(part: str) -> None:
    found = results.read(part)
    assert set(found["machine"]) == {"cpu", "cores", "memory_gb", "system", "python", "packages"}
    assert "/" not in str(found["machine"])
