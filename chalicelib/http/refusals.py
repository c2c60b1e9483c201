"""Which refusals an operation may answer with: those it declares, and those that the gate gives by what it is."""

from __future__ import annotations

from collections import defaultdict

from chalicelib.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    Refusal,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from chalicelib.http import bodies, gate, gateway, idempotency, quotas, session_cookie, tokens
from chalicelib.http.endpoint import Operation
from chalicelib.http.paging import BadCursor
from chalicelib.http.permissions import ANYONE

Refusals = tuple[type[Refusal], ...]
ALWAYS: Refusals = (*gateway.REFUSALS, TooManyRequests, gate.InternalFault, Unavailable)


def of(operation: Operation) -> dict[int, Refusals]:
    """Every refusal of an operation by status, in a stable order."""
    found: dict[int, dict[type[Refusal], None]] = defaultdict(dict)
    for refusal in (*_by_access(operation), *_by_input(operation), *operation.raises, *ALWAYS):
        found[refusal.status][refusal] = None
    return {status: tuple(found[status]) for status in sorted(found)}


def _by_access(operation: Operation) -> Refusals:
    refusals: Refusals = ()
    if operation.may is not ANYONE:
        refusals += (Unauthenticated, tokens.InvalidToken, Forbidden)
    elif operation.audited:
        refusals += (tokens.InvalidToken,)
    if operation.of_space or operation.parameters:
        refusals += (NotFound,)
    # Of a space's address too: there may be no space of that name.
    refusals += (quotas.SpaceBusy, quotas.PlatformBusy) if operation.of_space else (quotas.PlatformBusy,)
    if operation.session:
        refusals += (session_cookie.FromElsewhere,)
    if operation.of_space and not operation.while_suspended:
        refusals += (gate.SpaceSuspended, gate.SpaceOpening)
    elif operation.of_space and (operation.may not in gate.DOORS or operation.writes):
        refusals += (gate.SpaceSuspended,)
    return refusals


def _by_input(operation: Operation) -> Refusals:
    refusals: Refusals = ()
    if operation.body_reader or operation.query:
        refusals += (InvalidInput,)
    if operation.query and "cursor" in operation.query.model_fields:
        refusals += (BadCursor,)
    if operation.body_reader:
        refusals += bodies.REFUSALS
    if operation.creates:
        refusals += idempotency.REFUSALS
    return refusals
