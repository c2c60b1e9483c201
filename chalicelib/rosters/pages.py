"""What a run over a list says: of whom each row is and what became of them, field by field, the units that were not
there, and all problems, page by page as files.

A row would cost a write unit as an item, and 100,000 of them more than the people they are about. Pages are numbered
without gaps and written before the checkpoint that counts them, so a page that a killed run wrote is written over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.rosters.reading import Problem
from chalicelib.rosters.states import ABOUT_SOMEBODY, NewUnits, Outcome, RowChange
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

_JSON = "application/json"
Said = tuple[int, str, Outcome]  # a row's number, whom it is about, what became of them


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one run. Who is in a list that was committed is kept; all else is gone after a week, as the list
    itself."""

    space: Space
    roster: str
    job: str

    def name(self, kind: str, number: int) -> str:
        """The key of a page."""
        return files.key(self.space, "rosters", self.roster, self.job, f"{kind}-{number:05d}.json")

    def put_people(self, number: int, said: Sequence[Said], *, kept: bool) -> None:
        """Write a page of people: one call of S3."""
        files.put(self.name("people", number), _text({"said": said}), _JSON, temporary=not kept)

    def people(self, number: int) -> list[Said]:
        """A page of people: one call of S3. Raises: NotFound."""
        page = json.loads(files.get(self.name("people", number)))
        return [(row, person, outcome) for row, person, outcome in page["said"]]

    def people_in(self, number: int) -> list[str]:
        """The ids of the people of a page."""
        return [person for _, person, outcome in self.people(number) if outcome in ABOUT_SOMEBODY]

    def put_problems(self, number: int, problems: Iterable[Problem]) -> None:
        """Write a page of problems: one call of S3."""
        self._put("problems", number, [asdict(each) for each in problems])

    def problems(self, number: int) -> list[dict[str, Any]]:
        """A page of problems; none once they are no longer kept: one call of S3."""
        return self._kept("problems", number)

    def put_changes(self, number: int, changes: Iterable[RowChange]) -> None:
        """Write what becomes of the rows of a slice: one call of S3."""
        self._put("changes", number, list(changes))

    def changes(self, number: int) -> list[RowChange]:
        """What becomes of the rows of a slice; nothing once that is no longer kept: one call of S3."""
        return [RowChange(*each) for each in self._kept("changes", number)]

    def put_units(self, number: int, units: NewUnits) -> None:
        """Write which units were named first, and were not there: one call of S3."""
        self._put("units", number, list(units.items()))

    def units(self, number: int) -> NewUnits:
        """A page of units; none once they are no longer kept: one call of S3."""
        return {path: tuple(names) for path, names in self._kept("units", number)}

    def put_samples(self, samples: list[list[str]]) -> None:
        """Write what stands in the columns: one call of S3."""
        self._put("samples", 1, samples)

    def samples(self) -> list[list[str]]:
        """What stands in the columns; nothing before they are read and once it is no longer kept: one call of S3."""
        return self._kept("samples", 1)

    def _put(self, kind: str, number: int, content: list[Any]) -> None:
        files.put(self.name(kind, number), _text(content), _JSON, temporary=True)

    def _kept(self, kind: str, number: int) -> list[Any]:
        try:
            found: list[Any] = json.loads(files.get(self.name(kind, number)))
        except NotFound:
            return []
        return found


def _text(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
