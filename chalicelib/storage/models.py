"""The base of every pynamodb item. A model knows which of a tenant's tables it lives in, never which tenant's.

Which items have a model and which are read raw: ``docs/decisions/pynamodb-and-raw.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import DeleteError, PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib import clock
from chalicelib.storage.attributes import Whole, optional
from chalicelib.storage.items import Item, from_item
from chalicelib.storage.names import TABLE_KINDS as TABLE_KINDS  # other modules name the kinds by this one
from chalicelib.storage.names import TableKind as TableKind
from chalicelib.storage.table import ConditionFailed, Key, Table, Write

T = TypeVar("T")


class Unbound(RuntimeError):
    """A model was used without a space: a defect of ours, and closed rather than guessed."""


@dataclass(frozen=True, slots=True)
class ItemPage(Generic[T]):
    """One page of a query, and the sort key to go on after (``None`` at the end)."""

    items: list[T]
    after: str | None


class TenantItem(Model):
    """An item of one tenant's table. Reached only as ``space[Thing]``, which binds it to that tenant's table.

    What expired (TTL) reads as absent. What is written is conditional or an expression, never a whole ``save``; a
    condition that does not hold raises ConditionFailed, as it does on the raw way (``table.py``).
    """

    class Meta:
        """Bound by :mod:`chalicelib.storage.spaces`; this name is no table's."""

        table_name = "unbound"

    table_kind: ClassVar[TableKind]

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = optional(Whole())

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None:
            raise Unbound(f"{cls.__name__} is reached through a space: space[{cls.__name__}]")
        return cls._connection

    @classmethod
    def find(cls, pk: str, sk: str, *, consistent: bool = False) -> Self | None:
        """The item, or ``None`` when it is missing or has expired. One GetItem: 0.5 RCU per 4 KB (1 when
        ``consistent``)."""
        return cls.of(cls._get_connection().get_item(pk, range_key=sk, consistent_read=consistent).get("Item"))

    @classmethod
    def find_many(cls, keys: Sequence[Key], *, consistent: bool = False) -> dict[Key, Self]:
        """Those of these items that are there: one BatchGetItem for a hundred. Raises: Unavailable."""
        found = Table(cls.Meta.table_name).batch_get_raw(keys, consistent=consistent)
        return {key: item for key, raw in found.items() if (item := cls.of(raw))}

    @classmethod
    def of(cls, raw: Item | None) -> Self | None:
        """What DynamoDB answered as an item, or ``None`` when it is missing or has expired."""
        item = cls.from_raw_data(raw) if raw else None
        return item if item and (item.ttl is None or item.ttl > clock.epoch_s()) else None

    @classmethod
    def page(
        cls, pk: str, *, begins_with: str = "", after: str | None = None, limit: int, descending: bool = False
    ) -> ItemPage[Self]:
        """One Query: up to ``limit`` items of one partition in order of the sort key, those after ``after``."""
        rows = cls.query(
            pk,
            cls.sk.startswith(begins_with) if begins_with else None,
            last_evaluated_key={"pk": {"S": pk}, "sk": {"S": after}} if after else None,
            limit=limit,
            scan_index_forward=not descending,
        )
        answer: Mapping[str, Any] = next(rows.page_iter)  # one page; iterating the rows might ask for more
        items = [item for raw in answer["Items"] if (item := cls.of(raw))]
        last = answer.get("LastEvaluatedKey")
        return ItemPage(items, last["sk"]["S"] if last else None)

    @classmethod
    def setting(cls, facts: Mapping[str, Any]) -> list[Action]:
        """The actions that set these attributes; ``None`` removes one."""
        attributes = cls.get_attributes()
        return [
            attributes[name].remove() if value is None else attributes[name].set(value) for name, value in facts.items()
        ]

    def create(self, condition: Condition | None = None) -> None:
        """Put it where nothing may be yet, or where the ``condition`` holds: one PutItem, 1 WCU per KB.

        Raises: ConditionFailed, with the item found.
        """
        with _conditions():
            self.save(type(self).pk.does_not_exist() if condition is None else condition)

    def update(
        self, actions: list[Action], condition: Condition | None = None, *, add_version_condition: bool = True
    ) -> None:
        """Change the item of these keys; this one is it afterwards. One UpdateItem, 1 WCU per KB of the larger image.

        Raises: ConditionFailed, with the item found.
        """
        with _conditions():
            super().update(actions, condition, add_version_condition=add_version_condition)

    def put(self) -> None:
        """Put it whatever is there, for an id that nobody else can have; a retry is harmless. One PutItem, 1 WCU per
        KB."""
        self.save()

    def putting(self) -> Write:
        """:meth:`put` inside a transaction."""
        return Write({"Put": self.get_save_kwargs_from_instance()})

    def creating(self) -> Write:
        """:meth:`create` inside a transaction."""
        return Write({"Put": self.get_save_kwargs_from_instance(type(self).pk.does_not_exist(), "ALL_OLD")})

    def updating(self, actions: list[Action], condition: Condition | None = None) -> Write:
        """:meth:`update` inside a transaction."""
        return Write({"Update": self.get_update_kwargs_from_instance(actions, condition, "ALL_OLD")})


def is_condition_failure(error: PutError | UpdateError | DeleteError) -> bool:
    """Whether a write failed because its condition did not hold."""
    return error.cause_response_code == "ConditionalCheckFailedException"


@contextmanager
def _conditions() -> Iterator[None]:
    """One error for a condition that failed, whichever way was taken to the table."""
    try:
        yield
    except (PutError, UpdateError, DeleteError) as error:
        if not is_condition_failure(error):
            raise
        found = getattr(error.cause, "response", {}).get("Item")
        raise ConditionFailed(from_item(found) if found else None) from None
