"""The raw way to a table, on the engine: conditions, transactions, time to live, pages, batches."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.storage import tables
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.models import Unbound
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Table, TransactionFailed, transact
from tests import walls
from tests.emulated import Cloud


@pytest.fixture(scope="module")
def table(aws: Cloud) -> Table:
    space = Space("kho")
    tables.create(space, "courses")
    tables.protect(space.table_name("courses"))
    return space.table("courses")


@pytest.fixture
def meter() -> Iterator[Meter]:
    spent = Meter()
    remembered = METER.set(spent)
    yield spent
    METER.reset(remembered)


def test_what_exists_is_not_created_again_and_is_shown(table: Table) -> None:
    table.create({"pk": "a", "sk": "1", "by": "first"})
    with pytest.raises(ConditionFailed) as failure:
        table.create({"pk": "a", "sk": "1", "by": "second"})
    assert failure.value.item == {"pk": "a", "sk": "1", "by": "first"}


def test_of_fifty_who_create_at_once_one_does(table: Table) -> None:
    def attempt(number: int) -> bool:
        try:
            table.create({"pk": "race", "sk": "1", "by": number})
        except ConditionFailed:
            return False
        return True

    with ThreadPoolExecutor(16, initializer=walls.stand_outside) as pool:
        assert sum(pool.map(attempt, range(50))) == 1


def test_what_has_expired_is_absent_though_it_is_still_there(table: Table) -> None:
    now = clock.epoch_s()
    table.put({"pk": "ttl", "sk": "1", "ttl": now + 10})
    assert table.get("ttl", "1")
    clock.set_source(lambda: now + 10)
    assert table.get("ttl", "1") is None
    assert table.query("ttl").items == []
    assert table.batch_get([("ttl", "1")]) == {}


def test_a_page_goes_on_where_it_ended(table: Table) -> None:
    for number in range(7):
        table.put({"pk": "pages", "sk": f"{number}"})
    first = table.query("pages", limit=5)
    rest = table.query("pages", limit=5, after=first.after)
    assert [row["sk"] for row in first.items + rest.items] == list("0123456")
    assert rest.after is None
    assert [row["sk"] for row in table.query("pages", between=("2", "4"), descending=True).items] == list("432")


def test_a_batch_takes_more_than_a_hundred(table: Table, meter: Meter) -> None:
    for number in range(120):
        table.put({"pk": "many", "sk": f"{number:03}"})
    meter.calls = 0
    found = table.batch_get([("many", f"{number:03}") for number in range(150)])
    assert len(found) == 120
    assert meter.calls == 2


def test_a_transaction_is_all_or_nothing_and_says_what_failed(table: Table) -> None:
    table.put({"pk": "t", "sk": "there", "n": 1})
    with pytest.raises(TransactionFailed) as failure:
        transact([table.putting({"pk": "t", "sk": "new"}), table.creating({"pk": "t", "sk": "there"})])
    assert failure.value.failed == [1]
    assert failure.value.items[1]["n"] == 1
    assert table.get("t", "new") is None


def test_calls_and_capacity_are_counted_failed_ones_too(table: Table, meter: Meter) -> None:
    table.put({"pk": "m", "sk": "1", "text": "x" * 1500})
    table.get("m", "1")
    with pytest.raises(ConditionFailed):
        table.create({"pk": "m", "sk": "1"})
    assert (meter.calls, meter.wcu, meter.rcu) == (3, 2, 0.5)


def test_an_update_of_nothing_can_be_refused(table: Table) -> None:
    with pytest.raises(ConditionFailed) as failure:
        table.update("none", "1", "SET a = :a", {":a": 1}, condition="attribute_exists(pk)")
    assert failure.value.item is None


def test_a_model_without_a_space_is_a_defect() -> None:
    from pynamodb.attributes import UnicodeAttribute

    from chalicelib.storage.models import TenantItem

    class Thing(TenantItem):
        title = UnicodeAttribute()

    with pytest.raises(Unbound):
        Thing.find("a", "b")
