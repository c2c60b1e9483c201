"""What assessments read of banks: what may be drawn, questions by reference, whether keys were corrected."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.banks import contents, refs
from chalicelib.banks.banking import ArchivedBank
from chalicelib.banks.contents import PoolQuery
from chalicelib.banks.refs import Ref
from chalicelib.errors import NotFound
from chalicelib.storage.acting import on_behalf_of
from chalicelib.storage.client import METER, Meter
from tests.banks.filling import BankRef, begin, single, typed
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def drawn(bank: BankRef, **query: Any) -> list[Ref]:
    """What may be drawn from a bank."""
    with on_behalf_of(bank.space.slug):
        return [each.ref for each in contents.pool(bank.space.space, PoolQuery(bank.id, **query))]


def prompts(space: OpenedSpace, wanted: list[Ref]) -> list[str]:
    """What these items ask."""
    with on_behalf_of(space.slug):
        found = contents.contents(space.space, wanted)
    return [found[ref].question.prompt for ref in wanted]


def test_what_may_be_drawn_has_all_tags_and_is_not_archived(hue: OpenedSpace) -> None:
    bank = begin(hue)
    one = bank.add(single("Một"), competences=["4.2"], difficulty=1, tags=["Bảo mật"])
    two = bank.add(single("Hai"), competences=["4.2"], difficulty=2)
    gone = bank.add(single("Ba"), competences=["4.2"], difficulty=1)
    hue.author.post(bank.item(gone, "/archive")).ok(200)
    bank.save(two, single("Hai, viết lại"), competences=["4.2"], difficulty=2).ok(200)
    bank.correct(two, single("Hai, viết lại", right="Có"), version=2).ok(200)
    assert drawn(bank) == sorted([Ref(bank.id, one, 1), Ref(bank.id, two, 2, 1)], key=lambda ref: ref.item)
    assert drawn(bank, competence="4.2", difficulty=1) == [Ref(bank.id, one, 1)]
    assert drawn(bank, competence="4", difficulty=2) == [Ref(bank.id, two, 2, 1)]
    assert drawn(bank, tag="bao mat") == [Ref(bank.id, one, 1)]
    hue.author.post(bank.at("/archive")).ok(200)
    with pytest.raises(ArchivedBank):
        drawn(bank)


def test_questions_are_read_by_reference_and_remembered(hue: OpenedSpace) -> None:
    bank = begin(hue)
    item = bank.add(single("Cũ"))
    bank.save(item, single("Mới")).ok(200)
    wanted = [Ref(bank.id, item, 2), Ref(bank.id, item, 1)]
    assert prompts(hue, wanted) == ["Mới", "Cũ"]
    meter = Meter()
    remembered = METER.set(meter)
    try:
        assert prompts(hue, wanted) == ["Mới", "Cũ"]
    finally:
        METER.reset(remembered)
    assert meter.calls == 0


def test_what_is_not_there_is_refused(hue: OpenedSpace) -> None:
    bank = begin(hue)
    item = bank.add()
    for wanted in (Ref(bank.id, item, 2), Ref(bank.id, item, 1, 1), Ref(ids.new(), item, 1)):
        with pytest.raises(NotFound):
            prompts(hue, [Ref(bank.id, item, 1), wanted])


def test_another_space_reads_nothing_of_it(hue: OpenedSpace) -> None:
    bank, elsewhere = begin(hue), open_space()
    item = bank.add()
    assert prompts(hue, [Ref(bank.id, item, 1)])
    with pytest.raises(NotFound):
        prompts(elsewhere, [Ref(bank.id, item, 1)])
    elsewhere.author.get(elsewhere.at(f"/banks/{bank.id}/items/{item}")).refused(404)


def test_corrected_keys_are_told_by_reference(hue: OpenedSpace) -> None:
    bank = begin(hue)
    one, two = bank.add(), bank.add(typed())
    bank.correct(one, single(right="Có")).ok(200)
    wanted = [Ref(bank.id, one, 1), Ref(bank.id, two, 1)]
    with on_behalf_of(hue.slug):
        assert contents.key_revisions(hue.space, wanted, ()) == {wanted[0]: 1, wanted[1]: 0}


def test_parts_of_a_question_have_ids_that_tell_nothing_of_their_order(hue: OpenedSpace) -> None:
    bank = begin(hue)
    question = hue.tutor.get(bank.item(bank.add())).ok()["question"]
    assert all(len(each["id"]) > 1 for each in question["choices"])


def test_contents_stand_in_the_order_of_versions_and_keys() -> None:
    ordered = [Ref("b", "i", 1), Ref("b", "i", 1, 9), Ref("b", "i", 1, 10), Ref("b", "i", 9), Ref("b", "i", 10)]
    assert sorted(ordered, key=refs.content) == ordered
    assert [refs.of_content("b", refs.content(ref)) for ref in ordered] == ordered
