"""Going through a list: slices of rows, whom they are about, what becomes of them; on a commit, done.

A run may be killed anywhere. It goes on at its checkpoint: the last row whose slice was done, and how many pages tell
of the slices. Within the slice that was cut off, whoever was made or changed is known by the list that did it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import islice

from pydantic_core import PydanticCustomError

from chalicelib import clock
from chalicelib.audiences import membership
from chalicelib.errors import Unavailable
from chalicelib.metering import quotas
from chalicelib.people import loading, units
from chalicelib.people.loading import Change
from chalicelib.rosters import changes, findings, matching, planning, states
from chalicelib.rosters.matching import Match
from chalicelib.rosters.pages import Pages, Said
from chalicelib.rosters.planning import Plan, Terms
from chalicelib.rosters.reading import Problem, Row
from chalicelib.rosters.reading.opening import OpenedList
from chalicelib.rosters.states import OUTCOMES, NewUnits, RowChange
from chalicelib.storage.spaces import Space

SLICE = 500  # rows: some seconds of work on a commit
_ROUNDS = 4


@dataclass
class Standing:
    """How far a run is: what its checkpoint keeps. ``row`` is the number of the last row that was done, ``kinds`` has a
    letter for each slice (``states.kinds``), ``began`` is when it began (epoch seconds)."""

    row: int = 0
    rows: int = 0
    pages: int = 0
    problem_pages: int = 0
    unit_pages: int = 0
    kinds: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*OUTCOMES, "problems", "new_units"), 0))
    began: int = field(default_factory=clock.epoch_s)
    whole: bool = False

    def checkpoint(self) -> dict[str, object]:
        """As it is kept."""
        return asdict(self)


class Walk:
    """One run over a list, from where it stands; on a commit, people are made and changed."""

    def __init__(self, space: Space, opened: OpenedList, terms: Terms, pages: Pages) -> None:
        self._space = space
        self._opened = opened
        self._terms = terms
        self._pages = pages
        self._commits = terms.commits
        self._seen: dict[str, int] = {}  # rows by the people that they were about
        self._units: dict[tuple[str, ...], str | None] = {}
        self._known_new: set[str] = set()  # units that were named, and were not there
        self._new: NewUnits = {}  # those that this slice named first
        self._told: dict[int, RowChange] = {}  # of this slice, by row
        self._room = 0

    def slices(self, at: Standing) -> Generator[None, None, None]:
        """Do slice after slice; ``at`` is what has been reached after each. Nothing, where no row can be used."""
        self._room = quotas.places_left(self._space)
        self._remember(at)
        if not at.rows and self._opened.problems:
            self._keep_problems(at, self._opened.problems)
        if any(each.severity == "error" for each in self._opened.problems):
            return
        with closing(self._opened.rows(at.row)) as rows:  # they read a file that is closed after them
            while some := list(islice(rows, SLICE)):
                self._do(at, some)
                self._new, self._told = {}, {}
                yield

    def _remember(self, at: Standing) -> None:
        """What the slices up to here have said; on a commit, also what a killed run was about to do in the next one:
        what it has done by then can be seen, and what it changed cannot."""
        for number in range(1, at.pages + 1):
            self._seen |= {person: row for row, person, _ in self._pages.people(number)}
        for number in range(1, at.unit_pages + 1):
            self._known_new.update(self._pages.units(number))
        if self._commits:
            self._new = self._pages.units(at.unit_pages + 1)
            self._told = {each.row: each for each in self._pages.changes(at.pages + 1)}

    def _do(self, at: Standing, rows: list[Row]) -> None:
        refused = [planning.refused(row) for row in rows if not row.is_usable]
        plans = self._planned([row for row in rows if row.is_usable])
        self._keep_units(at)
        self._tell([*plans, *refused])
        if self._commits:
            plans = self._stored(at, plans)
        else:
            self._keep_changes(at)
        plans = sorted([*plans, *refused], key=lambda each: each.match.row.number)
        said: list[Said] = [(each.match.row.number, each.person, each.outcome) for each in plans if each.person]
        self._pages.put_people(at.pages + 1, said, kept=self._commits)
        self._keep_problems(at, list(planning.problems_of(plans)))
        for outcome, number in Counter(each.outcome for each in plans).items():
            at.counts[outcome] += number
        at.kinds += states.kinds(each.outcome for each in plans)
        at.row, at.rows, at.pages = rows[-1].number, at.rows + len(rows), at.pages + 1

    def _keep_problems(self, at: Standing, problems: Sequence[Problem]) -> None:
        if problems:
            at.problem_pages += 1
            self._pages.put_problems(at.problem_pages, problems)
            at.counts["problems"] += len(problems)

    def _keep_units(self, at: Standing) -> None:
        """Say which units there were not; on a commit they are made then."""
        if not self._new:
            return
        at.unit_pages += 1
        self._pages.put_units(at.unit_pages, self._new)
        at.counts["new_units"] += len(self._new)
        self._known_new.update(self._new)
        if self._commits:
            for names in self._new.values():
                units.ensure(self._space, names)

    def _tell(self, plans: Sequence[Plan]) -> None:
        """Note what these plans are to change; of what was done before a kill, what was noted then."""
        named = units.named(self._space, changes.units_left(plans))
        for plan in plans:
            told, before = changes.of(plan, named), self._told.get(plan.match.row.number)
            if before and before.outcome == told.outcome and not told.now:
                told = before
            self._told[told.row] = told

    def _keep_changes(self, at: Standing) -> None:
        self._pages.put_changes(at.pages + 1, (self._told[row] for row in sorted(self._told)))

    def _planned(self, rows: Sequence[Row]) -> list[Plan]:
        return [self._plan(match) for match in matching.find(self._space, rows)]

    def _plan(self, match: Match) -> Plan:
        plan = planning.plan(match, self._unit(match.row.units), self._terms)
        if plan.outcome == "created" and plan.old is None:
            if self._room <= 0:
                return self._without_place(match)
            self._room -= 1
        if plan.new is None:
            return plan
        number = match.row.number
        if (before := self._seen.setdefault(plan.new.id, number)) != number:
            remark = findings.PERSON_REPEATED.about(row=before)
            return Plan(match, "refused", problems=[planning.remarked(match, remark, self._terms)])
        if self._commits and plan.new is not plan.old:
            plan.new = membership.regrouped(self._space, plan.new)
        return plan

    def _without_place(self, match: Match) -> Plan:
        remark = findings.SPACE_FULL.about(quota=self._space.quotas.people)
        return Plan(match, "refused", problems=[planning.remarked(match, remark, self._terms)])

    def _unit(self, names: tuple[str, ...]) -> str | None:
        """The path of the unit of these names; 0 calls for one that was named before."""
        if not names:
            return None
        if names not in self._units:
            self._units[names] = self._looked_up(names)
        return self._units[names]

    def _looked_up(self, names: tuple[str, ...]) -> str | None:
        try:
            path, missing = units.find(self._space, names)
        except PydanticCustomError:
            return None
        there = len(names[: units.DEEPEST]) - len(missing)
        for depth, each in enumerate(missing, there + 1):
            if each not in self._known_new:
                self._new[each] = names[:depth]
        return path

    def _stored(self, at: Standing, plans: list[Plan]) -> list[Plan]:
        """Do what was planned, once it is said. What somebody else was quicker with is planned anew, as the people are
        by then.

        Raises: Unavailable when they go on being quicker.
        """
        for _ in range(_ROUNDS):
            self._keep_changes(at)
            asked = [Change(each.old, each.new) for each in plans if each.new and each.new != each.old]
            left = {change.new.id for change in loading.store_all(self._space, asked, "roster")}
            if not left:
                return plans
            again = [self._once_more(each) for each in plans if each.person in left]
            self._tell(again)
            plans = [*(_done(each) for each in plans if each.person not in left), *again]
        raise Unavailable

    def _once_more(self, plan: Plan) -> Plan:
        if plan.old is None:
            self._room += 1
        self._seen.pop(plan.person or "", None)
        (planned,) = self._planned([plan.match.row])
        return planned


def _done(plan: Plan) -> Plan:
    """A plan that is carried out: nothing is left to store."""
    plan.old = plan.new
    return plan
