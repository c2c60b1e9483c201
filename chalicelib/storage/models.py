"""The base of every pynamodb item. A model knows which of a tenant's tables it lives in, never which tenant's."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.models import Model

from chalicelib import clock

TableKind = Literal["people", "courses", "learning", "statements"]
TABLE_KINDS: tuple[TableKind, ...] = ("people", "courses", "learning", "statements")


class Unbound(RuntimeError):
    """A model was used without a space: a defect of ours, and closed rather than guessed."""


class TenantItem(Model):
    """An item of one tenant's table. Reached only as ``space[Thing]``, which binds it to that tenant's table."""

    class Meta:
        """Bound by :mod:`chalicelib.storage.spaces`; this name is no table's."""

        table_name = "unbound"

    kind: ClassVar[TableKind]

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None:
            raise Unbound(f"{cls.__name__} is reached through a space: space[{cls.__name__}]")
        return cls._connection

    @classmethod
    def find(cls, pk: str, sk: str, *, consistent: bool = False) -> Self | None:
        """The item, or ``None`` when it is missing or has expired. One GetItem."""
        try:
            item = cls.get(pk, sk, consistent_read=consistent)
        except cls.DoesNotExist:
            return None
        ttl = cast(float | None, item.ttl)
        return None if ttl is not None and ttl <= clock.epoch_s() else item

    def create(self) -> None:
        """Put it where nothing may be yet. Raises: pynamodb's PutError when something is (see
        ``is_condition_failure``)."""
        self.save(condition=type(self).pk.does_not_exist())


def is_condition_failure(error: Any) -> bool:
    """Whether a pynamodb PutError, UpdateError or DeleteError says that the condition did not hold."""
    return bool(error.cause_response_code == "ConditionalCheckFailedException")
