"""pynamodb items: bound to one tenant's table, read as absent once expired, and conditional as on the raw way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.models import TenantItem, Unbound
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, TransactionFailed, transact
from tests.emulated import Cloud


class Note(TenantItem):
    """An item of these tests."""

    table_kind = "people"

    text: Word[str] = Word()
    facts = optional(Facts())
    number = optional(Whole())
    listed_in = optional(Word[str](attr_name="l"))


@pytest.fixture
def pk() -> str:
    """Every test has a partition of its own."""
    return f"note#{ids.new()}"


@pytest.fixture
def meter() -> Iterator[Meter]:
    """What the test spends."""
    spent = Meter()
    remembered = METER.set(spent)
    yield spent
    METER.reset(remembered)


def _note(pk: str, sk: str = "a", **attributes: Any) -> Note:
    return platform()[Note](pk, sk, **{"text": "một", **attributes})


def test_a_model_is_bound_to_the_table_of_the_space_it_is_reached_through() -> None:
    hue, hanoi = Space("hue"), Space("ha-noi")
    assert hue[Note].Meta.table_name == hue.table_name("people")
    assert hanoi[Note].Meta.table_name == hanoi.table_name("people")
    assert hue[Note] is hue[Note]


def test_a_model_without_a_space_reads_nothing() -> None:
    with pytest.raises(Unbound):
        Note.find("a", "b")
    with pytest.raises(Unbound):
        Note("a", "b", text="một").create()


def test_what_is_stored_is_what_the_raw_way_stores(aws: Cloud, pk: str, meter: Meter) -> None:
    facts = {"n": 1, "none": None, "list": [1, {"x": "y"}], "names": {"a", "b"}, "yes": True, "half": 0.5}
    _note(pk, facts=facts, number=3, listed_in="notes").create()
    assert meter.operations == ["PutItem"]
    raw = {"pk": pk, "sk": "a", "text": "một", "facts": facts, "number": 3, "l": "notes"}
    assert platform().table("people").get(pk, "a") == raw
    found = platform()[Note].find(pk, "a", consistent=True)
    assert found
    assert (found.facts, found.number, found.listed_in, found.ttl) == (facts, 3, "notes", None)


def test_what_is_there_is_not_put_over_and_is_told(aws: Cloud, pk: str) -> None:
    _note(pk).create()
    with pytest.raises(ConditionFailed) as failed:
        _note(pk, text="hai").create()
    assert failed.value.item == {"pk": pk, "sk": "a", "text": "một"}


def test_an_update_sets_removes_and_leaves_what_it_does_not_know(aws: Cloud, pk: str, meter: Meter) -> None:
    raw = {"pk": pk, "sk": "a", "text": "một", "number": 1, "newer": "giữ"}
    platform().table("people").put(raw)
    note = _note(pk)
    note.update([*Note.setting({"text": "hai", "facts": {"x": 1}, "number": None})], Note.number == 1)
    assert meter.operations == ["PutItem", "UpdateItem"]
    assert (note.text, note.facts, note.number) == ("hai", {"x": 1}, None)
    assert platform().table("people").get(pk, "a") == {
        "pk": pk, "sk": "a", "text": "hai", "facts": {"x": 1}, "newer": "giữ"
    }  # fmt: skip


def test_an_update_whose_condition_fails_tells_what_it_found(aws: Cloud, pk: str) -> None:
    with pytest.raises(ConditionFailed) as missing:
        _note(pk).update(Note.setting({"text": "hai"}), Note.pk.exists())
    assert missing.value.item is None
    _note(pk, number=2).create()
    with pytest.raises(ConditionFailed) as other:
        _note(pk).update(Note.setting({"text": "hai"}), Note.number == 1)
    assert other.value.item == {"pk": pk, "sk": "a", "text": "một", "number": 2}


def test_an_id_of_ones_own_is_put_whatever_is_there(aws: Cloud, pk: str) -> None:
    for text in ("một", "một", "hai"):
        _note(pk, text=text).put()
        transact([_note(pk, "b", text=text).putting()])
    found = platform()[Note].find_many([(pk, "a"), (pk, "b")], consistent=True)
    assert {sk: note.text for (_, sk), note in found.items()} == {"a": "hai", "b": "hai"}


def test_in_a_transaction_the_conditions_are_the_same(aws: Cloud, pk: str) -> None:
    transact([_note(pk, "a", number=1).creating(), _note(pk, "b", number=2).creating()])
    change = _note(pk, "a").updating(Note.setting({"text": "hai"}), Note.number == 2)
    with pytest.raises(TransactionFailed) as failed:
        transact([_note(pk, "b").creating(), change])
    assert failed.value.failed == [0, 1]
    assert failed.value.items[1] == {"pk": pk, "sk": "a", "text": "một", "number": 1}
    transact([_note(pk, "a").updating(Note.setting({"text": "hai"}), Note.number == 1)])
    found = platform()[Note].find(pk, "a")
    assert found
    assert found.text == "hai"


def test_what_has_expired_reads_as_absent(aws: Cloud, pk: str) -> None:
    now = clock.epoch_s()
    _note(pk, "a", ttl=now + 60).create()
    _note(pk, "b").create()
    clock.set_source(lambda: now + 60)
    assert platform()[Note].find(pk, "a") is None
    page = platform()[Note].page(pk, limit=10)
    assert [each.sk for each in page.items] == ["b"]
    assert platform()[Note].find_many([(pk, "a"), (pk, "b"), (pk, "c")]).keys() == {(pk, "b")}


def test_pages_go_on_after_the_last_and_cost_one_query_each(aws: Cloud, pk: str, meter: Meter) -> None:
    platform().table("people").put_all({"pk": pk, "sk": sk, "text": sk} for sk in ["n#1", "n#2", "n#3", "o#1"])
    meter.operations.clear()
    first = platform()[Note].page(pk, begins_with="n#", limit=2, descending=True)
    second = platform()[Note].page(pk, begins_with="n#", after=first.after, limit=2, descending=True)
    assert ([each.sk for each in first.items], first.after) == (["n#3", "n#2"], "n#2")
    assert ([each.sk for each in second.items], second.after) == (["n#1"], None)
    assert meter.operations == ["Query", "Query"]
