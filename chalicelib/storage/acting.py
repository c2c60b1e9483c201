"""On whose behalf this code runs. It decides which tenant's tables and files a call may name, and whose credentials
sign it (``credentials.py``, ``docs/decisions/tenant-credentials.md``).

The gate says it once per request, the queue per job, the stream per batch. Where nobody has said it, a tenant's data is
out of reach: a ``ContextVar`` does not enter threads that a request starts, so code there fails closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chalicelib import config
from chalicelib.storage import names
from chalicelib.storage.names import PLATFORM, TABLE_KINDS


class NotActing(RuntimeError):
    """A tenant's data was asked for by code that runs on nobody's behalf: a defect of ours, closed rather than
    guessed."""


class Foreign(RuntimeError):
    """Code that runs on one tenant's behalf named another's table or file: a defect of ours, and never a refusal that
    would tell the caller anything."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A space, and whether its figures may also be added to the nation's, in the platform table."""

    slug: str
    counts: bool
    tables: frozenset[str]


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def on_behalf_of(slug: str, *, counts: bool = False) -> Iterator[None]:
    """Run the block for that space, or for the platform itself; with ``counts``, its figures move the nation's too.

    Work of the platform may turn to one tenant, and the centre brings its courses to others. Nobody else goes from one
    tenant to the next. Raises: Foreign.
    """
    before = _ACTING.get()
    if before is not None and before.slug not in (slug, PLATFORM, config.current().central):
        raise Foreign(f"{before.slug} does not act for {slug}")
    remembered = _ACTING.set(_acting(config.current().prefix, slug, counts))
    try:
        yield
    finally:
        _ACTING.reset(remembered)


@lru_cache(maxsize=4_096)
def _acting(_prefix: str, slug: str, counts: bool) -> Acting:
    tables = () if slug == PLATFORM else (names.table(slug, kind) for kind in TABLE_KINDS)
    return Acting(slug, counts, frozenset(tables))


def now() -> Acting:
    """For whom this code runs. Raises: NotActing."""
    acting = _ACTING.get()
    if acting is None:
        raise NotActing
    return acting


def whose(request: Mapping[str, Any]) -> Acting | None:
    """Whose credentials a request to DynamoDB needs; ``None`` where it names the platform's table alone, which the
    function itself may.

    Every table that the request names is looked at, as a whole name: the first of two walls, and on one machine the
    only one. Raises: NotActing, Foreign.
    """
    acting = _ACTING.get()
    if acting is not None and request.get("TableName") in acting.tables:
        return acting
    return _looked_at(acting, _named(request))


def _looked_at(acting: Acting | None, tables: set[str]) -> Acting | None:
    of_tenants = tables - {names.platform_table()}
    if tables and not of_tenants:
        return None
    if acting is None:
        raise NotActing(f"nobody acts, and these were asked for: {sorted(tables)}")
    if not of_tenants or not of_tenants <= acting.tables:
        raise Foreign(f"{acting.slug} asked for {sorted(tables)}")
    if tables != of_tenants and not acting.counts:
        raise Foreign(f"{acting.slug} may not count for the nation here")
    return acting


def _named(request: Mapping[str, Any]) -> set[str]:
    """Every table that a request names."""
    named = {request["TableName"]} if "TableName" in request else set()
    named.update(request.get("RequestItems", ()))
    for item in request.get("TransactItems", ()):
        named.update(part["TableName"] for part in item.values())
    return named
