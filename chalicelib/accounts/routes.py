"""What the web sees of accounts: merging two of one human being, and undoing it."""

from __future__ import annotations

import chalicelib.accounts.data_routes  # noqa: F401 (declares the operations on own data)
from chalicelib.accounts import merging
from chalicelib.accounts.merging import MergeUnsettled, UndoExpired
from chalicelib.accounts.models import Merge, NewMerge
from chalicelib.errors import PreconditionFailed
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.people.joining import AlreadyMerged, IdentifierMoved, SamePerson
from chalicelib.people.person import AppLinked, LastKeeper
from chalicelib.storage.spaces import Space

accounts = Feature("accounts")


@accounts.post(
    "/spaces/{space}/people/{person}/merges",
    may=MANAGE_PEOPLE,
    status=202,
    audits=["other"],
    raises=[SamePerson, AlreadyMerged, AppLinked, LastKeeper, PreconditionFailed],
)
def merge_people(space: Space, person: Id, body: NewMerge, circumstances: Circumstances) -> Merge:
    """Let another account go up in this one: both are one human being. Logins lead here at once; what was learned
    follows, course by course. It can be undone for 30 days. Roles do not move."""
    return Merge.of(merging.merge(space, person, body.other, circumstances))


@accounts.get(
    "/spaces/{space}/people/{person}/merges",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=1, rcu=10),
    raises=[paging.BadCursor],
)
def list_merges(space: Space, person: Id, query: PageQuery) -> Page[Merge]:
    """What was merged into this account, newest first."""
    found, more = merging.page(space, person, query.cursor, query.limit)
    return Page[Merge](items=[Merge.of(each) for each in found], next=more)


@accounts.get("/spaces/{space}/people/{person}/merges/{merge}", may=MANAGE_PEOPLE, budget=Budget(calls=1, rcu=1))
def read_merge(space: Space, person: Id, merge: Id) -> Merge:
    """How far a merge, or its undoing, is."""
    return Merge.of(merging.find(space, person, merge))


@accounts.delete(
    "/spaces/{space}/people/{person}/merges/{merge}",
    may=MANAGE_PEOPLE,
    status=202,
    raises=[UndoExpired, MergeUnsettled, IdentifierMoved, LastKeeper, PreconditionFailed],
)
def undo_merge(space: Space, person: Id, merge: Id, circumstances: Circumstances) -> Merge:
    """Make two accounts of one again. What the kept one has learned since in a course, it keeps."""
    return Merge.of(merging.undo(space, person, merge, circumstances))
