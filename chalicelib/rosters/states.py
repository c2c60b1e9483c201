"""How far a list is."""

from __future__ import annotations

from typing import Literal

# announced: the upload is awaited. checking: it is read, and nothing is written. checked: what would become of whom is
# known. committing, committed: people are made and changed, and were. cancelled, failed: it has come to an end.
RosterState = Literal["announced", "checking", "checked", "committing", "committed", "cancelled", "failed"]
UNDER_WAY: tuple[RosterState, ...] = ("checking", "committing")
# What becomes of a row. conflict: for a person to decide. refused: the row cannot be used as it stands.
Outcome = Literal["created", "changed", "unchanged", "conflict", "refused"]
OUTCOMES: tuple[Outcome, ...] = Outcome.__args__  # type: ignore[attr-defined]
ABOUT_SOMEBODY: tuple[Outcome, ...] = ("created", "changed", "unchanged")
