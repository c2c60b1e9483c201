"""How far a list is, and what is told of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from chalicelib.rosters.reading.rows import Field

# announced: the upload is awaited. checking: it is read, and nothing is written. checked: what would become of whom is
# known. committing, committed: people are made and changed, and were. cancelled, failed: it has come to an end.
RosterState = Literal["announced", "checking", "checked", "committing", "committed", "cancelled", "failed"]
UNDER_WAY: tuple[RosterState, ...] = ("checking", "committing")
# What becomes of a row. conflict: for a person to decide. refused: the row cannot be used as it stands.
Outcome = Literal["created", "changed", "unchanged", "conflict", "refused"]
OUTCOMES: tuple[Outcome, ...] = Outcome.__args__  # type: ignore[attr-defined]
ABOUT_SOMEBODY: tuple[Outcome, ...] = ("created", "changed", "unchanged")
FOUND = ("counts", "problem_pages", "unit_pages", "kinds")  # what a checkpoint of a run says, and a list once it ended
_LETTERS = "0123456789abcdefghijklmnopqrstuv"
NewUnits = dict[str, tuple[str, ...]]  # by path, the names of a unit and those above it


Values = dict[Field, str]
PART = "\n"  # between the names of a unit and of those above it, and between several identifiers of a kind


class RowChange(NamedTuple):
    """What becomes of whom by a row; ``person`` is empty where that is nobody yet, or not one person. ``now`` has what
    is to stand in the fields that change, ``was`` what stood there."""

    row: int
    outcome: Outcome
    person: str
    name: str
    was: Values
    now: Values


def kinds(outcomes: Iterable[Outcome]) -> str:
    """Which outcomes a slice has, as one letter: whoever looks for one opens no other slice."""
    return _LETTERS[sum(1 << OUTCOMES.index(each) for each in set(outcomes))]


def slices_with(outcome: Outcome, letters: str) -> list[int]:
    """The numbers, from 1, of the slices that have such an outcome; ``letters`` has one of :func:`kinds` for each."""
    bit = 1 << OUTCOMES.index(outcome)
    return [number for number, letter in enumerate(letters, 1) if _LETTERS.index(letter) & bit]


def found(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """What a run has found, as its list keeps it when the run has ended."""
    return {name: checkpoint.get(name) for name in FOUND}
