"""What things of a deployment are called: the platform's one table, four of each tenant, and what all may read."""

from __future__ import annotations

from typing import Literal

from chalicelib import config

TableKind = Literal["people", "courses", "learning", "statements"]
TABLE_KINDS: tuple[TableKind, ...] = ("people", "courses", "learning", "statements")
# The tables of which a part is also listed in another order.
INDEXED_KINDS: tuple[TableKind, ...] = ("people", "learning")

# The control plane's own people (operators), jobs and registry live in the platform table, reached as a space of this
# name. It can never be a tenant's: provisioning refuses it as a slug, and the directory does not list it.
PLATFORM = "platform"

# The part of the bucket that all spaces read and only the central space writes.
NATIONAL = "national"


def platform_table() -> str:
    """The control plane's table."""
    return f"{config.current().prefix}-{PLATFORM}"


def table(slug: str, kind: TableKind) -> str:
    """One of a space's tables; the platform keeps all kinds in its one."""
    return platform_table() if slug == PLATFORM else f"{config.current().prefix}-{slug}-{kind}"
