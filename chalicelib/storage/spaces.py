"""Spaces: which exist and may be entered, and the one way to a tenant's data.

``space[Thing]`` gives a pynamodb model bound to that tenant's table and ``space.table("learning")`` the raw table, so
that code cannot name another tenant's. What a call may name is looked at again when it is sent (``acting.py``), and by
IAM.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, Literal, TypeVar, cast

from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection

from chalicelib import clock, config
from chalicelib.errors import NotFound
from chalicelib.storage import names, quotas
from chalicelib.storage.client import SharedConnection
from chalicelib.storage.models import TableKind, TenantItem
from chalicelib.storage.names import PLATFORM as PLATFORM  # others name the platform's space by this module
from chalicelib.storage.quotas import USUAL, Quotas
from chalicelib.storage.table import Table

SpaceStatus = Literal["opening", "open", "suspended", "restoring", "closing", "closed"]
M = TypeVar("M", bound=TenantItem)

FRESH_S = 60
_UNSETTLED_FRESH_S = 1
_SETTLED: tuple[SpaceStatus, ...] = ("open", "suspended", "restoring")
_DIRECTORY_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class Space:
    """A tenant's training space, as a request needs it: its name, whether it may be entered, and its tables."""

    slug: str
    status: SpaceStatus = "open"
    tenant_kind: str = ""
    quotas: Quotas = USUAL

    @property
    def is_platform(self) -> bool:
        """Whether this is the control plane itself rather than a tenant's space."""
        return self.slug == PLATFORM

    def table_name(self, kind: TableKind) -> str:
        """The full name of one of this tenant's four tables."""
        return names.table(self.slug, kind)

    def table(self, kind: TableKind) -> Table:
        """The raw table: for hot paths and transactions."""
        return Table(self.table_name(kind))

    def __getitem__(self, model: type[M]) -> type[M]:
        """``model`` bound to this tenant's table."""
        return cast(type[M], _bound(model, self.table_name(model.table_kind)))


def platform() -> Space:
    """The control plane's own tables."""
    return Space(PLATFORM)


@lru_cache(maxsize=1_024)  # 0.3 ms and 10 KB each
def _bound(model: type[TenantItem], table_name: str) -> type[TenantItem]:
    connection = TableConnection.__new__(TableConnection)
    connection.table_name = table_name
    connection.connection = SharedConnection(region=config.current().region)
    connection.connection.add_meta_table(_meta_table(table_name))
    meta = type("Meta", (), {"table_name": table_name, "region": config.current().region})
    namespace = {
        "Meta": meta,
        "_connection": connection,
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
    }
    make: Any = type(model)  # pynamodb's metaclass
    return cast(type[TenantItem], make(model.__name__, (model,), namespace))


def _meta_table(table_name: str) -> MetaTable:
    return MetaTable(
        {
            "TableName": table_name,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        }
    )


class Directory:
    """The spaces this container has seen lately: at most one read a minute for each, whatever the traffic.

    Unknown names are remembered too, boundedly, so that guessing names costs us nothing; states that change in
    seconds (a space being opened) are looked at again after one.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[float, Space | None]] = OrderedDict()
        self._lock = Lock()

    def find(self, slug: str) -> Space | None:
        """The space of that name, or ``None``. 0 calls when warm, else one GetItem on the platform table."""
        with self._lock:
            kept = self._seen.get(slug)
        if kept and clock.epoch_s() < kept[0]:
            return kept[1]
        space = _read(slug)
        lasting = FRESH_S if space and space.status in _SETTLED else _UNSETTLED_FRESH_S
        with self._lock:
            self._seen[slug] = (clock.epoch_s() + lasting, space)
            self._seen.move_to_end(slug)
            while len(self._seen) > _DIRECTORY_SIZE:
                self._seen.popitem(last=False)
        return space

    def forget(self, slug: str | None = None) -> None:
        """Look again next time: after this process changed a tenant (all of them when no name is given)."""
        with self._lock:
            if slug is None:
                self._seen.clear()
            else:
                self._seen.pop(slug, None)


directory = Directory()


def find(slug: str) -> Space:
    """The space of that name. Raises: NotFound."""
    space = directory.find(slug)
    if space is None:
        raise NotFound
    return space


def registry_key(slug: str) -> tuple[str, str]:
    """Where the registry (``tenants/store.py``) keeps a tenant in the platform table."""
    return f"tenant#{slug}", "tenant"


def _read(slug: str) -> Space | None:
    item = platform().table("people").get(*registry_key(slug))
    if item is None or item["status"] == "closed":
        return None
    return Space(slug, item["status"], item["kind"], quotas.of(item.get("quotas")))
