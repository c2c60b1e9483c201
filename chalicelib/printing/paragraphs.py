"""Text that fits: runs of two weights broken into lines, made smaller where they need more room than there is. Pure.

Measures are points, or pixels where pixels are drawn. A line is broken at spaces, and inside of a word only where the
word alone is wider than the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.printing.fonts import Weight, face

_ELLIPSIS = "…"
_STEP = 0.96  # so much smaller at each try
_WIDTHS_KEPT = 2_000  # letters and short words come again and again
_BALANCING = 7  # halvings of the width: to less than a hundredth of it


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one weight."""

    text: str
    weight: Weight = "regular"

    @property
    def width(self) -> float:
        """How wide it is for each unit of its size."""
        return _width(self.text, self.weight)


@lru_cache(maxsize=_WIDTHS_KEPT)
def _width(text: str, weight: Weight) -> float:
    return face(weight).width(text, 1)


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What is between two spaces: one run, or several where the weight changes inside of it."""

    runs: Line
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size."""

    lines: tuple[Line, ...]
    size: float

    def height(self, leading: float) -> float:
        """From the upper edge of the first line to the lower one of the last; ``leading`` is a line's share of the
        size."""
        return len(self.lines) * self.size * leading


def width(line: Line, size: float) -> float:
    """How wide a line is."""
    return sum(run.width for run in line) * size


def plain(text: str, weight: Weight = "regular") -> list[Run]:
    """A text of one weight."""
    return [Run(text, weight)]


def fitted(runs: Iterable[Run], most: float, lines: int, size: float, floor: float) -> Block:
    """The text in at most so many lines of at most that width, in the largest size from ``size`` down to ``floor`` in
    which it has room; what has none at the floor ends in an ellipsis."""
    words = _words(runs)
    while True:
        broken = _broken(words, most / size)
        if len(broken) <= lines:
            return Block(tuple(map(_joined, _balanced(words, most / size, len(broken)))), size)
        if size <= floor:
            return Block(_cut(broken, lines, most / size), size)
        size = max(size * _STEP, floor)


def broken(runs: Iterable[Run], most: float, size: float, *, balanced: bool = True) -> Block:
    """The text in as many lines of at most that width as it needs; ``balanced``: all about as wide."""
    words = _words(runs)
    lines = _broken(words, most / size)
    if not balanced:
        return Block(tuple(map(_joined, lines)), size)
    count = len(lines)
    return Block(tuple(map(_joined, _balanced(words, most / size, count))), size)


def shortened(block: Block, lines: int, most: float) -> Block:
    """The first lines of a block, the last of them with an ellipsis."""
    return Block(_cut([_words(line) for line in block.lines], lines, most / block.size), block.size)


def _words(runs: Iterable[Run]) -> list[Word]:
    found: list[Word] = []
    parts: list[Run] = []
    for run in runs:
        for number, piece in enumerate(run.text.replace("\u00a0", " ").split(" ")):
            if number and parts:
                found.append(_word(parts))
                parts = []
            if piece:
                parts.append(Run(piece, run.weight))
    return [*found, _word(parts)] if parts else found


def _word(parts: Sequence[Run]) -> Word:
    return Word(tuple(parts), sum(run.width for run in parts))


def _space() -> float:
    return face("regular").width(" ", 1)


def _broken(words: Sequence[Word], most: float) -> list[list[Word]]:
    lines: list[list[Word]] = []
    used, space = 0.0, _space()
    for word in _narrow(words, most):
        if lines and used + space + word.width <= most:
            lines[-1].append(word)
            used += space + word.width
        else:
            lines.append([word])
            used = word.width
    return lines


def _narrow(words: Iterable[Word], most: float) -> Iterator[Word]:
    """The words, those that are wider than a line in pieces."""
    for word in words:
        if word.width <= most:
            yield word
        else:
            yield from _pieces(word, most)


def _pieces(word: Word, most: float) -> Iterator[Word]:
    parts: list[Run] = []
    used = 0.0
    for letter in (Run(each, run.weight) for run in word.runs for each in run.text):
        if parts and used + letter.width > most:
            yield _word(_merged(parts))
            parts, used = [], 0.0
        parts.append(letter)
        used += letter.width
    yield _word(_merged(parts))


def _balanced(words: Sequence[Word], most: float, count: int) -> list[list[Word]]:
    """As many lines, but as narrow as they may be: no word alone in the last one."""
    found = _broken(words, most)
    if count < 2:
        return found
    low, high = max((word.width for word in words if word.width <= most), default=most), most
    for _ in range(_BALANCING):
        middle = (low + high) / 2
        tried = _broken(words, middle)
        if len(tried) <= count:
            found, high = tried, middle
        else:
            low = middle
    return found


def _cut(lines: Sequence[Sequence[Word]], most_lines: int, most: float) -> tuple[Line, ...]:
    kept = [_joined(line) for line in lines[:most_lines]]
    last = kept[-1]
    while last and sum(run.width for run in last) + Run(_ELLIPSIS, last[-1].weight).width > most:
        shorter = last[-1].text[:-1].rstrip()
        last = (*last[:-1], Run(shorter, last[-1].weight)) if shorter else last[:-1]
    weight: Weight = last[-1].weight if last else "regular"
    return (*kept[:-1], tuple(_merged([*last, Run(_ELLIPSIS, weight)])))


def _joined(words: Sequence[Word]) -> Line:
    runs: list[Run] = []
    for number, word in enumerate(words):
        if number:
            same = runs[-1].weight == word.runs[0].weight
            runs.append(Run(" ", runs[-1].weight if same else "regular"))
        runs += word.runs
    return tuple(_merged(runs))


def _merged(runs: Sequence[Run]) -> list[Run]:
    found: list[Run] = []
    for run in runs:
        if found and found[-1].weight == run.weight:
            found[-1] = Run(found[-1].text + run.text, run.weight)
        else:
            found.append(run)
    return found
