"""What a run over a list says: of whom each row is and what became of them, and all problems, page by page as files.

A row would cost a write unit as an item, and 100,000 of them more than the people they are about. Pages are numbered
without gaps and written before the checkpoint that counts them, so a page that a killed run wrote is written over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.rosters.reading import Problem
from chalicelib.rosters.states import ABOUT_SOMEBODY, Outcome
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

_JSON = "application/json"
Said = tuple[int, str, Outcome]  # a row's number, whom it is about, what became of them


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Whom some rows are about, and the paths of units that they named first and that were not there."""

    said: list[Said]
    units: list[str]


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

    def put_people(self, number: int, page: PeoplePage, *, kept: bool) -> None:
        """Write a page of people: one call of S3."""
        files.put(
            self.name("people", number), _text({"said": page.said, "units": page.units}), _JSON, temporary=not kept
        )

    def people(self, number: int) -> PeoplePage:
        """A page of people: one call of S3. Raises: NotFound."""
        page = json.loads(files.get(self.name("people", number)))
        return PeoplePage([(row, person, outcome) for row, person, outcome in page["said"]], page["units"])

    def people_in(self, number: int) -> list[str]:
        """The ids of the people of a page."""
        return [person for _, person, outcome in self.people(number).said if outcome in ABOUT_SOMEBODY]

    def put_problems(self, number: int, problems: Iterable[Problem]) -> None:
        """Write a page of problems: one call of S3."""
        files.put(self.name("problems", number), _text([asdict(each) for each in problems]), _JSON, temporary=True)

    def problems(self, number: int) -> list[dict[str, Any]]:
        """A page of problems; none once they are no longer kept: one call of S3."""
        try:
            found: list[dict[str, Any]] = json.loads(files.get(self.name("problems", number)))
        except NotFound:
            return []
        return found


def _text(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
