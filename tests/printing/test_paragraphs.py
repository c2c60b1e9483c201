"""Text that fits: whatever it says, no line is wider than it may be, and nothing is lost that has room."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.printing import paragraphs
from chalicelib.printing.fonts import face
from chalicelib.printing.paragraphs import Block, Run

LETTERS = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyẤỆỮ (){}<>\\", max_size=300)
RUNS = st.lists(st.builds(Run, LETTERS, st.sampled_from(["regular", "bold"])), min_size=1, max_size=4)
WIDTHS = st.floats(60, 800)


def said(block: Block) -> str:
    return "".join("".join(run.text for run in line) for line in block.lines).replace(" ", "")


@given(RUNS, WIDTHS, st.booleans())
def test_all_of_it_is_there_and_no_line_is_wider(runs: list[Run], most: float, balanced: bool) -> None:
    block = paragraphs.broken(runs, most, 12, balanced=balanced)
    assert said(block) == "".join(run.text for run in runs).replace(" ", "")
    assert all(paragraphs.width(line, block.size) <= most + 1e-6 for line in block.lines)


@given(RUNS, WIDTHS, st.integers(1, 4))
def test_what_is_made_to_fit_fits(runs: list[Run], most: float, lines: int) -> None:
    block = paragraphs.fitted(runs, most, lines, 30, 8)
    assert len(block.lines) <= lines
    assert 8 <= block.size <= 30
    assert all(paragraphs.width(line, block.size) <= most + 1e-6 for line in block.lines)
    whole = "".join(run.text for run in runs).replace(" ", "")
    assert said(block) == whole or (block.size == 8 and said(block).endswith("…"))
    assert whole.startswith(said(block).removesuffix("…"))


@given(RUNS, WIDTHS)
def test_lines_of_about_one_width_are_no_more_of_them(runs: list[Run], most: float) -> None:
    assert len(paragraphs.broken(runs, most, 12).lines) == len(paragraphs.broken(runs, most, 12, balanced=False).lines)


def test_no_word_stands_alone_below_a_long_line() -> None:
    block = paragraphs.broken([Run("An toàn trên không gian mạng cho cán bộ cơ sở năm nay")], 250, 12)
    first, last = (paragraphs.width(line, 12) for line in block.lines)
    assert last > 0.7 * first


def test_a_letter_is_the_same_composed_or_not() -> None:
    text = "Nguyễn Thị Ẵm Đỗ"
    for form in ("NFC", "NFD"):
        assert face("bold").encoded(unicodedata.normalize(form, text)) == face("bold").encoded(text)


def test_a_letter_of_another_alphabet_is_the_one_below_its_marks() -> None:
    assert face("regular").printable("Dvořák") == "Dvorák"
    assert face("regular").printable("中 😀") == "? ?", "something is to be seen where the font has nothing"
    assert face("regular").printable("A\u202eB\u200bC") == "ABC"
