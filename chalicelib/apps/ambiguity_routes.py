"""What the web sees of sign-ins that lead to several accounts, whoever vouched for them."""

from __future__ import annotations

from chalicelib.apps import links
from chalicelib.apps.links import NotJoinable
from chalicelib.federation import ambiguities
from chalicelib.federation.models import AmbiguousSignIn, CaseId, Settling
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.paging import BadCursor
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.storage.spaces import Space

doubts = Feature("ambiguous-sign-ins")


@doubts.get(
    "/spaces/{space}/ambiguous-sign-ins", may=MANAGE_PEOPLE, budget=Budget(calls=6, rcu=270), raises=[BadCursor]
)
def list_ambiguous_sign_ins(space: Space, query: PageQuery) -> Page[AmbiguousSignIn]:
    """Whose sign-in leads to several accounts, by what an app or a provider vouches for, and which lists have rows that
    do: latest first.

    A provider's person was refused, an app's has an account of their own meanwhile. Merge the accounts when they are
    one person's (`POST …/people/{person}/merges`), say whose sign-in it is, or leave them apart. Providers' are kept
    for 90 days, lists' for a week. A page may hold fewer than `limit` while `next` leads on.
    """
    return ambiguities.page(space, query)


@doubts.put(
    "/spaces/{space}/ambiguous-sign-ins/{case}", may=MANAGE_PEOPLE, audits=["person"], raises=[NotJoinable], status=204
)
def settle_ambiguous_sign_in(space: Space, case: CaseId, body: Settling) -> None:
    """Say whose sign-in it is: an app's person is led to that account at once, and what they learned in the one they
    had stays in it; a provider's when they sign in again."""
    links.settle(space, case, body.person)


@doubts.delete("/spaces/{space}/ambiguous-sign-ins/{case}", may=MANAGE_PEOPLE)
def dismiss_ambiguous_sign_in(space: Space, case: CaseId) -> None:
    """Leave the accounts as they are and show the case no more. That of a provider comes back when that person tries
    again; that of an app does not."""
    ambiguities.dismiss(space, case)
