"""What the web sees of lists of people."""

from __future__ import annotations

import chalicelib.rosters.slips  # noqa: F401 (tells whose slips a list's are)
from chalicelib.courses.uploads import FileRefused, NotUploaded
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Download, Id, Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.metering.quotas import StorageFull
from chalicelib.metering.waiting import UploadsWaiting
from chalicelib.rosters import downloads, exports, rosters, telling
from chalicelib.rosters.downloads import NoRemarks
from chalicelib.rosters.models import (
    ChangeQuery,
    Committing,
    NewMapping,
    NewPeopleExport,
    NewRoster,
    NewUnit,
    PeopleExport,
    Roster,
    RosterChange,
    RosterMapping,
    RosterProblem,
)
from chalicelib.rosters.refusals import RosterCommitted, RosterExpired, RosterNotReady, RosterUnusable
from chalicelib.storage.spaces import Space

lists = Feature("rosters")


@lists.post(
    "/spaces/{space}/rosters",
    may=MANAGE_PEOPLE,
    creates=True,
    raises=[StorageFull, UploadsWaiting],
)
def add_roster(space: Space, body: NewRoster, circumstances: Circumstances) -> Answer[Roster]:
    """Announce a list of people, and get the form that uploads it; or send a small one along.

    CSV, TSV or XLSX, as offices have them. Report the upload then: nothing is written of anybody before the list is
    committed."""
    made = rosters.announce(space, body, circumstances)
    return Answer(made, location=f"/v1/spaces/{space.slug}/rosters/{made.id}")


@lists.get("/spaces/{space}/rosters", may=MANAGE_PEOPLE, budget=Budget(calls=1, rcu=20), raises=[paging.BadCursor])
def list_rosters(space: Space, query: PageQuery) -> Page[Roster]:
    """The lists of the space, newest first. How far the work on one is, the list itself says."""
    return rosters.page(space, query.cursor, query.limit)


@lists.get("/spaces/{space}/rosters/{roster}", may=MANAGE_PEOPLE, budget=Budget(calls=2, rcu=8))
def read_roster(space: Space, roster: Id) -> Roster:
    """How far a list is, how it was understood, and what would become, or has become, of its rows."""
    return rosters.read(space, roster)


@lists.post(
    "/spaces/{space}/rosters/{roster}/confirm", may=MANAGE_PEOPLE, status=202, raises=[NotUploaded, FileRefused]
)
def confirm_roster(space: Space, actor: Actor, roster: Id) -> Roster:
    """Report that the upload is done: the list is read now, and nothing is written (a dry run)."""
    return rosters.confirm(space, roster, actor.person_id)


@lists.get(
    "/spaces/{space}/rosters/{roster}/mapping",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=1, rcu=8),
    raises=[RosterNotReady],
)
def read_roster_mapping(space: Space, roster: Id) -> RosterMapping:
    """How the list was understood: which row was taken for the headings, what each column is taken for, and some of
    what stands in it, to tell it better where the guess is wrong."""
    return rosters.mapping(space, roster)


@lists.put(
    "/spaces/{space}/rosters/{roster}/mapping", may=MANAGE_PEOPLE, status=202, raises=[RosterNotReady, RosterExpired]
)
def map_roster(space: Space, actor: Actor, roster: Id, body: NewMapping) -> Roster:
    """Say in which row the headings stand and what columns mean, where the guess is wrong; the list is read anew. What
    was told before is forgotten."""
    return rosters.map_columns(space, roster, body, actor.person_id)


@lists.get(
    "/spaces/{space}/rosters/{roster}/problems",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=2, rcu=8),
    raises=[paging.BadCursor],
)
def list_roster_problems(space: Space, roster: Id, query: PageQuery) -> Page[RosterProblem]:
    """What is to be said about the list and its rows, in the order of rows: what is wrong, what becomes of the row, how
    to mend it. Kept for a week."""
    return telling.problems(space, roster, query.cursor, query.limit)


@lists.get(
    "/spaces/{space}/rosters/{roster}/changes",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=2, rcu=8),
    raises=[paging.BadCursor],
)
def list_roster_changes(space: Space, roster: Id, query: ChangeQuery) -> Page[RosterChange]:
    """Row by row, whom the list would make and what it would change, field by field; once committed, what it has.

    Kept for a week. Where rows of the outcome are few, a page may hold fewer than asked for while `next` leads on.
    """
    return telling.changes(space, roster, query.outcome, query.cursor, query.limit)


@lists.get(
    "/spaces/{space}/rosters/{roster}/new-units",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=2, rcu=8),
    raises=[paging.BadCursor],
)
def list_roster_units(space: Space, roster: Id, query: PageQuery) -> Page[NewUnit]:
    """The units that the list names and that are not there: committing it makes them, or has made them. Many may be
    misspelt. Kept for a week."""
    return telling.new_units(space, roster, query.cursor, query.limit)


@lists.get(
    "/spaces/{space}/rosters/{roster}/remarks",
    may=MANAGE_PEOPLE,
    audited=True,  # personal data of many leaves the space at once
    raises=[NoRemarks],
)
def download_remarks(space: Space, roster: Id) -> Download:
    """Where the list is read as it was uploaded, with a column that says what is wrong with each row: mend it there and
    upload it again, the column may stay."""
    return downloads.remarks(space, roster)


@lists.post(
    "/spaces/{space}/rosters/{roster}/commit",
    may=MANAGE_PEOPLE,
    status=202,
    audits=["overwrite_edits"],
    raises=[RosterNotReady, RosterUnusable, RosterExpired],
)
def commit_roster(space: Space, actor: Actor, roster: Id, body: Committing) -> Roster:
    """Make and change the people of a list that was checked, each row once; rows that cannot be used, and those that
    are for a person to decide, are left out."""
    return rosters.commit(space, roster, actor.person_id, overwrite=body.overwrite_edits)


@lists.post("/spaces/{space}/rosters/{roster}/cancel", may=MANAGE_PEOPLE, raises=[RosterCommitted, RosterNotReady])
def cancel_roster(space: Space, roster: Id) -> Roster:
    """Call a list off. People who were made or changed by then stay so."""
    return rosters.cancel(space, roster)


@lists.post("/spaces/{space}/people-exports", may=MANAGE_PEOPLE, status=202, creates=True, while_suspended=True)
def export_people(
    space: Space, actor: Actor, circumstances: Circumstances, body: NewPeopleExport
) -> Answer[PeopleExport]:
    """Have all people of the space written into a list. A job does it; uploaded again, the list changes nothing."""
    made = exports.start(space, body.format, job_id=circumstances.new_id(space.slug), actor=actor.person_id)
    return Answer(made, location=f"/v1/spaces/{space.slug}/people-exports/{made.job}")


@lists.get(
    "/spaces/{space}/people-exports/{job}", may=MANAGE_PEOPLE, audited=True, budget=Budget(calls=2, rcu=1, wcu=1)
)
def read_people_export(space: Space, job: Id) -> PeopleExport:
    """How far a list of people is; once it is done, an address to read it from, good for a quarter of an hour."""
    return exports.follow(space, job)
