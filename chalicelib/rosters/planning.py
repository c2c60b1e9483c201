"""What becomes of a person by a row: made, changed, left, or a question for somebody. No I/O.

A list says what an office knows; what a person or an admin wrote by hand stays, unless the list is to count more, and
what people sign in with stays once they have come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from chalicelib import ids, vietnamese
from chalicelib.errors import Language
from chalicelib.people import persons, profile
from chalicelib.people.identifiers import Identifier, Kind
from chalicelib.people.person import Person
from chalicelib.people.profile import BY_HAND
from chalicelib.rosters import findings
from chalicelib.rosters.matching import OWN, Match
from chalicelib.rosters.reading import Column, Field, Problem, Row
from chalicelib.rosters.reading.assembly import problem
from chalicelib.rosters.reading.remarks import Remark
from chalicelib.rosters.states import Outcome

FACTS: tuple[Field, ...] = ("birth", "gender", "occupation", "province", "ward", "position")
_WHAT: dict[Kind, tuple[str, str]] = {
    "staff_code": ("mã cán bộ", "staff code"),
    "national_id": ("số định danh", "identity number"),
    "email": ("email", "e-mail address"),
    "phone": ("số điện thoại", "phone number"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a list is taken: whose and which it is, whether it counts more than edits by hand, the language of new
    accounts, its columns, and whether anything is to be stored: a dry run makes nobody up."""

    slug: str
    roster: str
    overwrite: bool
    language: Language
    columns: tuple[Column, ...]
    commits: bool

    def column(self, kind: str) -> Column | None:
        """The column of a field, if there is one."""
        return next((each for each in self.columns if each.field == kind), None)

    def person_of(self, row: int) -> str:
        """The id of whoever a row makes: the same however often it is tried."""
        return ids.derived(self.slug, "roster", self.roster, str(row))


@dataclass(slots=True)
class Plan:
    """What becomes of one row: ``old`` and ``new`` differ where something is to be stored. On a dry run nobody is new
    whom a row would make."""

    match: Match
    outcome: Outcome
    old: Person | None = None
    new: Person | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def person(self) -> str | None:
        """Whom the row is about, once it is one person."""
        return self.new.id if self.new else None


def plan(match: Match, unit: str | None, terms: Terms) -> Plan:
    """What a usable row asks for. ``unit`` is the path of the unit that it names."""
    facts: dict[str, str] = {name: match.row.values[name] for name in FACTS if name in match.row.values}
    if unit:
        facts["unit"] = unit
    saying = _Saying(match, terms)
    if "person" in match.row.values and match.person is None:
        saying.say(findings.PERSON_UNKNOWN if match.identifiers else findings.NOBODY, "person")
    people = match.people
    if not people:
        return _created(match, facts, terms, saying)
    if len(people) > 1:
        saying.say(findings.SEVERAL_PEOPLE.about(who=", ".join(_shown(each) for each in people)))
        return Plan(match, "conflict", problems=saying.problems)
    (old,) = people
    if remark := _of_somebody_else(match, old):
        kind = next(iter(match.owners))
        vi, en = _WHAT[kind]
        saying.say(remark.about(what=vi.capitalize(), what_en=en, who=_shown(old)), kind)
        return Plan(match, "conflict", problems=saying.problems)
    return _changed(match, old, facts, terms, saying)


def refused(row: Row) -> Plan:
    """A row that cannot be used, as reading has said."""
    return Plan(Match(row, {}, {}, None), "refused")


def _created(match: Match, facts: dict[str, str], terms: Terms, saying: _Saying) -> Plan:
    if not match.identifiers:
        return Plan(match, "refused", problems=saying.problems)
    if not terms.commits:
        return Plan(match, "created", problems=saying.problems)
    new = persons.new(
        match.row.values["name"],
        match.identifiers.values(),
        ["learner"],
        person_id=terms.person_of(match.row.number),
        status="invited",
        locale=terms.language,
        by="roster",
        profile=profile.merged({}, facts, "roster"),
    )
    return Plan(match, "created", None, replace(new, activation=1, roster=terms.roster), saying.problems)


def _changed(match: Match, old: Person, facts: dict[str, str], terms: Terms, saying: _Saying) -> Plan:
    known = old
    if old.unproven and "person" not in match.row.values:
        # Who registered with this number before may have been anybody: whom the list means comes in anew, by a code.
        # A list of our own that names the account vouches for nobody.
        known = old.reinvited().proven() if old.status == "active" else old.proven()
        saying.say(findings.COMES_IN_ANEW)
    told = profile.located(known.profile, facts)
    new = known.described(profile.merged(known.profile, told, "roster", overwrite=terms.overwrite))
    new = _named(new, match.row.values["name"], terms, saying)
    new = _identified(new, match, terms, saying)
    for name, value in told.items():
        if name not in new.profile or new.profile[name].value != value:
            saying.say(findings.EDITED_BY_HAND, name)
    if old.status == "deactivated" and new != old:
        saying.say(findings.DEACTIVATED)
    if new == old:
        # Whoever goes on after a kill finds done what was done before it.
        mine = old.id == terms.person_of(match.row.number)
        done: Outcome = "created" if mine else "changed" if old.roster == terms.roster else "unchanged"
        return Plan(match, done, old, old, saying.problems)
    return Plan(match, "changed", old, new.told_by(terms.roster), saying.problems)


def _named(person: Person, name: str, terms: Terms, saying: _Saying) -> Person:
    if name.casefold() == person.name.casefold():
        return person  # an export of a name in capitals is read in small letters
    if person.name_by in BY_HAND and not terms.overwrite:
        saying.say(findings.EDITED_BY_HAND, "name")
        return person
    return person.named(name, "roster")


def _identified(person: Person, match: Match, terms: Terms, saying: _Saying) -> Person:
    """With the identifiers that the row has and the person lacks. Nobody else has them."""
    settled = person.joined_at is not None and not terms.overwrite
    known = list(person.identifiers)
    for kind, given in match.identifiers.items():
        have = [each for each in known if each.kind == kind]
        if given in have:
            continue
        if have and settled:
            vi, en = _WHAT[kind]
            saying.say(findings.IDENTIFIER_KEPT.about(what=vi, what_en=en), kind)
            continue
        known = [each for each in known if each not in have] + [given]
    return person if tuple(known) == person.identifiers else person.identified(known)


def _of_somebody_else(match: Match, person: Person) -> Remark | None:
    """Why a telephone or a mailbox alone, which several may use and anybody may register with, does not tell that this
    is the person."""
    if match.person or OWN & match.owners.keys():
        return None
    if any(kind in match.identifiers and _has_another(person, match.identifiers[kind]) for kind in OWN):
        return findings.SOMEBODY_ELSE
    is_called_so = vietnamese.fold(person.name) == vietnamese.fold(match.row.values["name"])
    return None if is_called_so else findings.ANOTHER_NAME


def _has_another(person: Person, given: Identifier) -> bool:
    return any(each.kind == given.kind and each != given for each in person.identifiers)


def _shown(person: Person) -> str:
    code = next((each.value for each in person.identifiers if each.kind == "staff_code"), None)
    return f"{person.name} ({code})" if code else person.name


@dataclass(slots=True)
class _Saying:
    """What is said about a row, each in its column."""

    match: Match
    terms: Terms
    problems: list[Problem] = field(default_factory=list)

    def say(self, remark: Remark, kind: str = "") -> None:
        """Put a remark where it belongs."""
        self.problems.append(remarked(self.match, remark, self.terms, kind))


def remarked(match: Match, remark: Remark, terms: Terms, kind: str = "") -> Problem:
    """A remark about a row, in the column of a field where there is one, with what stands there."""
    column = terms.column(kind)
    raw = match.row.raw
    text = raw[column.index] if column and column.index < len(raw) else ""
    return problem(match.row.number, remark, column, text)


def problems_of(plans: list[Plan]) -> Iterator[Problem]:
    """All that is said about these rows: by reading, and by planning."""
    for each in plans:
        yield from each.match.row.problems
        yield from each.problems
