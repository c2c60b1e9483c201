"""Which row has the headings: the one that is told, or the one with headings that are known, or failing that the one
that is least like what stands below it."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.rosters.reading import cells, content, headings
from chalicelib.rosters.reading.refusals import HeaderRowMissing
from chalicelib.rosters.reading.rows import HeaderBy, Record

_TITLES = 20  # rows that may stand above headings which nobody knows
_COMPARED = 40  # rows below
_MOST = 0.8  # of the cells that are filled
_FEWEST = 2  # headings: a row with one is a title
_LONGEST = 80  # characters; what is longer is a sentence


def find(first: Sequence[Record], told: int | None) -> tuple[int, HeaderBy]:
    """The place among the first rows of the one with the headings (-1: there are none), and by what it is known.
    ``told`` is its number, 0 where there are none. Raises: HeaderRowMissing."""
    if told is not None:
        return _told(first, told), "mapping"
    known = [len(headings.recognised(record.cells)) for record in first]
    best = max(known)
    if best:
        return known.index(best), "heading"
    place = _unlike_what_follows(first)
    return place, "nothing" if place < 0 else "content"


def _told(first: Sequence[Record], told: int) -> int:
    if not told:
        return -1
    for place, record in enumerate(first):
        if record.number == told:
            return place
    raise HeaderRowMissing(row=told)


def _unlike_what_follows(first: Sequence[Record]) -> int:
    """The row of words alone that stand above most columns of numbers, dates, addresses or names; of equals, the one
    with most words, since titles have fewer than headings."""
    best, most = -1, (0, 0)
    for place, record in enumerate(first[:_TITLES]):
        words = {index: text for index, cell in enumerate(record.cells) if (text := cells.tidy(cell))}
        if len(set(words.values())) < max(len(words), _FEWEST) or not all(map(_is_word, words.values())):
            continue
        below = [each.cells for each in first[place + 1 : place + 1 + _COMPARED]]
        found = sum(_holds_values([row[index] for row in below if index < len(row)]) for index in words)
        if found and (found, len(words)) > most:
            best, most = place, (found, len(words))
    return best


def _holds_values(column: Sequence[str]) -> bool:
    filled = [text for cell in column if (text := cells.tidy(cell))]
    return bool(filled) and sum(not _is_word(text) for text in filled) >= _MOST * len(filled)


def _is_word(text: str) -> bool:
    """Whether a cell may be a heading: neither somebody's name nor what has the digits of a number or a date."""
    if len(text) > _LONGEST or "@" in text or text.isdecimal() or sum(map(str.isdecimal, text)) > _FEWEST:
        return False
    return any(map(str.isalpha, text)) and not content.is_name(text)
