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
from typing import Any, Literal

from chalicelib import config
from chalicelib.storage import names, partitions
from chalicelib.storage.names import NATIONAL, PLATFORM, TABLE_KINDS
from chalicelib.storage.partitions import Shared

# Where work may turn to besides the space that it is for: to the centre alone, or to one tenant after another.
Crosses = Literal["centre", "tenants"]


class NotActing(RuntimeError):
    """A tenant's data was asked for by code that runs on nobody's behalf: a defect of ours, closed rather than
    guessed."""


class Foreign(RuntimeError):
    """Code that runs on one tenant's behalf named another's table or file: a defect of ours, and never a refusal that
    would tell the caller anything."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A space; of what it shares with the nation it may write beside its own tables (then it has no files); and to whom
    its work may turn."""

    slug: str
    beside: Shared | None
    crosses: Crosses | None
    tables: frozenset[str]

    def may_turn_to(self, slug: str, crosses: Crosses | None) -> bool:
        """Whether this work may go on for that space: for its own, or where its declaration leads. It takes no
        permission along, and nobody on the way gives it one."""
        if crosses is not None:
            return False
        if slug in (self.slug, PLATFORM):
            return slug == self.slug
        return self.crosses == "tenants" or (self.crosses == "centre" and slug == config.current().central)

    def is_for(self, slug: str) -> bool:
        """Whether this is that space."""
        return self.slug == slug

    def may_read(self, key: str) -> bool:
        """Whether an object of the bucket is this space's, or everyone's."""
        first, slash, _ = key.partition("/")
        return self.beside is None and bool(slash) and first in (self.slug, NATIONAL)

    def may_write(self, key: str) -> bool:
        """Whether an object of the bucket is this space's; what is everyone's is the centre's to write."""
        if not self.may_read(key):
            return False
        return key.startswith(f"{self.slug}/") or self.slug == config.current().central


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def on_behalf_of(slug: str, *, beside: Shared | None = None, crosses: Crosses | None = None) -> Iterator[None]:
    """Run the block for that space, or for the platform itself. What the block writes ``beside`` is of the nation's
    figures, or of its courses, in one transaction with the space's own.

    Nobody goes from one space to another, the centre and the platform as little as a tenant, unless the operation or
    the kind of job was declared to: the gate and the queue then say at its beginning to whom it ``crosses``.
    Raises: Foreign.
    """
    before = _ACTING.get()
    if before is not None and not before.may_turn_to(slug, crosses):
        raise Foreign(f"{before.slug} does not act for {slug}")
    remembered = _ACTING.set(_acting(config.current().prefix, slug, beside, crosses))
    try:
        yield
    finally:
        _ACTING.reset(remembered)


@lru_cache(maxsize=4_096)
def _acting(_prefix: str, slug: str, beside: Shared | None, crosses: Crosses | None) -> Acting:
    tables = () if slug == PLATFORM else (names.table(slug, kind) for kind in TABLE_KINDS)
    return Acting(slug, beside, crosses, frozenset(tables))


def now() -> Acting:
    """For whom this code runs. Raises: NotActing."""
    acting = _ACTING.get()
    if acting is None:
        raise NotActing
    return acting


def whose(operation: str, request: Mapping[str, Any]) -> Acting | None:
    """Whose credentials a request to DynamoDB needs; ``None`` where it names the platform's table alone, which the
    function itself may.

    Every table that the request names is looked at, as a whole name: the first of two walls, and on one machine the
    only one. Of the platform's table a tenant's work names what ``partitions.py`` lists: the only wall there is within
    it. Raises: NotActing, Foreign.
    """
    acting = _ACTING.get()
    if "RequestItems" not in request and "TransactItems" not in request:
        table = request.get("TableName")
        if acting is not None and table in acting.tables:
            return acting
        if table == (platform := names.platform_table()):
            _require_listed(acting, platform, operation, request)
            return None
    return _looked_at(acting, operation, request)


def require(slug: str) -> None:
    """What cannot be undone is done for the acting space alone. Raises: NotActing, Foreign."""
    if not now().is_for(slug):
        raise Foreign(f"{now().slug} does not act for {slug}")


def require_may_read(key: str) -> None:
    """An object read, or a prefix listed, must be the space's own, or everyone's. Raises: NotActing, Foreign."""
    acting = now()
    if not acting.may_read(key):
        raise Foreign(f"{acting.slug} asked for {key}")


def require_may_write(key: str) -> None:
    """An object written must be the space's own. Raises: NotActing, Foreign."""
    acting = now()
    if not acting.may_write(key):
        raise Foreign(f"{acting.slug} would write {key}")


def _looked_at(acting: Acting | None, operation: str, request: Mapping[str, Any]) -> Acting | None:
    tables, platform = _named(request), names.platform_table()
    of_tenants = tables - {platform}
    if tables and not of_tenants:
        _require_listed(acting, platform, operation, request)
        return None
    if acting is None:
        raise NotActing(f"nobody acts, and these were asked for: {sorted(tables)}")
    if not of_tenants or not acting.tables.issuperset(of_tenants):
        raise Foreign(f"{acting.slug} asked for {sorted(tables)}")
    if tables != of_tenants and not partitions.allows_beside(acting.slug, platform, acting.beside, request):
        raise Foreign(f"{acting.slug} does not write that beside its own")
    return acting


def _require_listed(acting: Acting | None, platform: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raises: Foreign."""
    if acting is None or acting.slug == PLATFORM:
        return
    if not partitions.allows(acting.slug, platform, operation, request):
        raise Foreign(f"{acting.slug} would {operation} of the platform what is not its own")


def _named(request: Mapping[str, Any]) -> set[str]:
    """Every table that a request names."""
    named = {request["TableName"]} if "TableName" in request else set()
    named.update(request.get("RequestItems", ()))
    named.update(part["TableName"] for each in request.get("TransactItems", ()) for part in each.values())
    return named
