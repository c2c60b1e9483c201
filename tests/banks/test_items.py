"""Items: whole questions in versions that never change, keys corrected beside them, found by their tags."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest

from chalicelib.banks import filing, refs, store, writing
from chalicelib.banks.models import ItemContent, QuestionKind
from chalicelib.banks.writing import NewItem
from chalicelib.questions.models import KINDS
from chalicelib.storage.acting import on_behalf_of
from tests.banks.filling import BankRef, begin, single, touched, typed
from tests.courses.writing import announce, uploaded
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def bank(hue: OpenedSpace) -> BankRef:
    return begin(hue)


def test_banks_hold_every_kind_of_question() -> None:
    assert get_args(QuestionKind) == KINDS


def test_an_item_is_added_and_read(hue: OpenedSpace, bank: BankRef) -> None:
    tags = {"competences": ["4.2"], "difficulty": 2, "tags": ["OTP", "lừa đảo"]}
    reply = hue.author.post(bank.at("/items"), {"question": single(), **tags})
    made = reply.ok(201)
    assert {name: made[name] for name in tags} == tags
    assert (made["version"], made["key"], made["newest"], made["archived_at"]) == (1, 0, True, None)
    assert [each["text"] for each in made["question"]["choices"] if each["correct"]] == ["Không"]
    read = hue.tutor.get(reply.headers["location"])
    assert read.ok() == made
    assert read.headers["etag"] == reply.headers["etag"]
    assert hue.tutor.get(bank.at()).ok()["items"] == 1


def test_a_repeated_addition_adds_one_item(hue: OpenedSpace, bank: BankRef) -> None:
    key = {"idempotency-key": "mot-lan"}
    first = hue.author.post(bank.at("/items"), {"question": single()}, headers=key).ok(201)
    assert hue.author.post(bank.at("/items"), {"question": single()}, headers=key).ok(201)["id"] == first["id"]
    assert hue.tutor.get(bank.at()).ok()["items"] == 1


@pytest.mark.parametrize("call", range(1, 5))
def test_killed_anywhere_the_retry_adds_it_once(hue: OpenedSpace, bank: BankRef, call: int) -> None:
    new = [NewItem(f"{number:022}", ItemContent.model_validate({"question": single()})) for number in range(3)]
    with on_behalf_of(hue.slug):
        with killed_at(call):
            writing.add_all(hue.space, bank.id, new, "a")
        writing.add_all(hue.space, bank.id, new, "a")
    assert bank.listed() == [each.id for each in new]
    assert hue.tutor.get(bank.at()).ok()["items"] == 3


def test_only_whole_questions_are_taken(hue: OpenedSpace, bank: BankRef) -> None:
    reply = hue.author.post(bank.at("/items"), {"question": {"kind": "single", "prompt": "Gì?", "choices": []}})
    reply.refused(422)
    assert reply.bad_fields == {"question.choices"}
    assert bank.listed() == []


@pytest.mark.parametrize("content_type", ["application/pdf", "video/mp4"])
def test_pictures_are_uploaded_images_of_this_space(hue: OpenedSpace, bank: BankRef, content_type: str) -> None:
    hanoi = open_space()
    waiting = announce(hue, "image/png", b"x")
    for file_id in (uploaded(hue, content_type), waiting, uploaded(hanoi, "image/png")):
        reply = hue.author.post(bank.at("/items"), {"question": touched(file_id)})
        reply.refused(422)
        assert reply.bad_fields == {"question.picture"}
    file_id = uploaded(hue, "image/png")
    made = hue.author.post(bank.at("/items"), {"question": touched(file_id)}).ok(201)
    assert f"/{hue.slug}/files/{file_id}" in made["pictures"][file_id]


def test_another_question_is_another_version_and_the_old_one_stays(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    saved = bank.save(item, single("Ai được biết mã OTP?")).ok(200)
    assert (saved["version"], saved["key"]) == (2, 0)
    old = hue.tutor.get(bank.item(item, "/versions/1/keys/0")).ok()
    assert (old["question"]["prompt"], old["newest"]) == (single()["prompt"], False)
    assert [each["version"] for each in hue.tutor.get(bank.item(item, "/versions")).ok()["items"]] == [2, 1]


def test_other_tags_are_no_version(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add(tags=["a"], difficulty=1)
    saved = bank.save(item, single(), tags=["b"], difficulty=5).ok(200)
    assert (saved["version"], saved["tags"], saved["difficulty"]) == (1, ["b"], 5)
    assert (bank.listed(tag="a"), bank.listed(tag="b")) == ([], [item])
    assert (bank.listed(difficulty=1), bank.listed(difficulty=5)) == ([], [item])


def test_an_edit_names_the_state_it_is_of(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    etag = hue.author.get(bank.item(item)).headers["etag"]
    hue.author.put(bank.item(item), {"question": single("Khác")}).refused(428)
    bank.save(item, single("Khác"), etag=etag).ok(200)
    bank.save(item, single("Nữa"), etag=etag).refused(412, "stale")
    bank.correct(item, single(right="Có"), etag=etag).refused(412, "stale")


def test_of_two_edits_at_once_one_is_told(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    etag = hue.author.get(bank.item(item)).headers["etag"]
    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda n: bank.save(item, single(f"Câu {n}"), etag=etag).status, range(6)))
    assert sorted(replies) == [200] + [412] * 5
    assert hue.tutor.get(bank.item(item)).ok()["version"] == 2


def test_a_key_is_corrected_with_a_reason_and_the_old_one_stays(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    corrected = bank.correct(item, single(right="Có")).ok(200)
    assert (corrected["version"], corrected["key"], corrected["newest"]) == (1, 1, True)
    assert [each["text"] for each in corrected["question"]["choices"] if each["correct"]] == ["Có"]
    old = hue.tutor.get(bank.item(item, "/versions/1/keys/0")).ok()
    assert [each["text"] for each in old["question"]["choices"] if each["correct"]] == ["Không"]
    last, first = hue.tutor.get(bank.item(item, "/versions")).ok()["items"]
    assert (last["key"], last["reason"], last["by"]) == (1, "Cả hai đáp án đều đúng.", hue.people["author"])
    assert (first["key"], first["reason"]) == (0, None)


def test_a_correction_that_corrects_nothing_is_none(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add(typed())
    assert bank.correct(item, typed()).ok(200)["key"] == 0
    assert bank.correct(item, typed("Thủ đô của Việt Nam?", "Hà Nội", "Thăng Long")).ok(200)["key"] == 1
    assert bank.correct(item, typed("Thủ đô của Việt Nam?", "Hà Nội", "Thăng Long")).ok(200)["key"] == 1


@pytest.mark.parametrize(
    "other", [single("Hỏi khác"), typed(single()["prompt"]), single(points=2), {**single(), "kind": "multiple"}]
)
def test_a_corrected_key_does_not_change_what_is_asked(bank: BankRef, other: dict[str, Any]) -> None:
    bank.correct(bank.add(), other).refused(422, "other_question")


def test_an_older_versions_key_is_corrected_too(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    bank.save(item, single("Mới")).ok(200)
    assert bank.correct(item, single(right="Có"), version=1).ok(200)["key"] == 1
    newest = hue.tutor.get(bank.item(item)).ok()
    assert (newest["version"], newest["key"]) == (2, 0)
    bank.correct(item, single(), version=3).refused(404)


def test_items_are_found_by_all_that_they_are_filed_by(bank: BankRef) -> None:
    one = bank.add(single("Mã OTP là gì?"), competences=["4.2"], difficulty=2, tags=["Lừa đảo"])
    two = bank.add(typed("Thủ đô?"), competences=["4.2", "1.1"], difficulty=3, tags=["địa lý"])
    three = bank.add(single("Dữ liệu cá nhân"), difficulty=2)
    assert bank.listed() == sorted([one, two, three])
    assert bank.listed(competence="4.2") == sorted([one, two])
    assert bank.listed(competence="4.2", difficulty=3) == [two]
    assert bank.listed(tag="lua dao") == [one]
    assert bank.listed(difficulty=2) == sorted([one, three])
    assert bank.listed(kind="short_answer") == [two]
    assert bank.listed(q="du lieu") == [three]
    assert bank.listed(q="dia ly thu do") == [two]
    assert bank.listed(q="otp", competence="1.1") == []


def test_a_competence_is_met_by_what_stands_beneath_it(bank: BankRef) -> None:
    codes = ("4", "4.2", "4.2.1.7", "40", "4a")
    area, competence, deep, _, _ = (bank.add(single(code), competences=[code]) for code in codes)
    both = bank.add(single("Cả hai"), competences=["4.1", "4.2"])
    assert bank.listed(competence="4", limit=2) == sorted([area, competence, deep, both])
    assert bank.listed(competence="4.2") == sorted([competence, deep, both])
    assert bank.listed(competence="4.2.1") == [deep]
    bank.save(both, single("Cả hai"), competences=["4.1"]).ok(200)
    assert bank.listed(competence="4.2") == sorted([competence, deep])
    assert both in bank.listed(competence="4")


def test_an_item_that_is_older_than_the_filing_by_areas_is_found_by_its_area_once_it_is_saved(bank: BankRef) -> None:
    item = bank.add(competences=["4.2"])
    with on_behalf_of(bank.space.slug):
        entry = refs.entry(filing.competence_tag("4"), item)
        assert bank.space.space.table("courses").delete(refs.partition(bank.id), entry)
    assert (bank.listed(competence="4"), bank.listed(competence="4.2")) == ([], [item])
    bank.save(item, single("Câu đã sửa"), competences=["4.2"]).ok()
    assert bank.listed(competence="4") == [item]


def test_tags_that_outgrow_a_transaction_are_replaced_in_two(bank: BankRef) -> None:
    old, new = (
        dict[str, Any](competences=[f"{n}.{of}" for n in range(of, of + 20)], tags=[f"{of} {n}" for n in range(20)])
        for of in (10, 50)
    )
    item = bank.add(**old, difficulty=1)
    problem = bank.save(item, single(), **new, difficulty=2).refused(422)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [("tags", "too_many_tags_replaced")]
    bank.save(item, single()).ok()
    bank.save(item, single(), **new, difficulty=2).ok()
    assert bank.listed(competence="50") == [item]


def test_lists_go_on_where_they_stopped(bank: BankRef) -> None:
    ids = sorted(bank.add(single(f"Câu {number}"), tags=["a"]) for number in range(7))
    assert bank.listed(limit=2) == ids
    assert bank.listed(limit=3, tag="a") == ids
    assert bank.listed(limit=1, q="cau 3") != []


def test_a_search_costs_a_bounded_number_of_calls(hue: OpenedSpace, bank: BankRef) -> None:
    content = ItemContent.model_validate({"question": single("Thường"), "tags": ["chung"]})
    rare = ItemContent.model_validate({"question": single("Hiếm có"), "tags": ["chung"]})
    new = [NewItem(f"{number:022}", rare if number == 620 else content) for number in range(630)]
    with on_behalf_of(hue.slug):
        writing.add_all(hue.space, bank.id, new, "a")
    for query in ({"q": "hiem"}, {"q": "hiem", "tag": "chung"}):
        with spending() as spent:
            page = hue.tutor.get(bank.at("/items"), query=query).ok()
        spent.within_budget()
        assert (page["items"], page["next"] is None) == ([], False)
        assert bank.listed(**query) == [new[620].id]


def test_archived_items_are_listed_apart_and_come_back(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add(tags=["a"])
    for _ in range(2):
        assert hue.author.post(bank.item(item, "/archive")).ok(200)["archived_at"]
    assert (bank.listed(), bank.listed(tag="a"), bank.listed(archived=True)) == ([], [], [item])
    for _ in range(2):
        assert hue.author.delete(bank.item(item, "/archive")).ok(200)["archived_at"] is None
    assert bank.listed(tag="a") == [item]


def test_a_bank_has_its_limit(hue: OpenedSpace, bank: BankRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_ITEMS", 2)
    bank.add()
    bank.add()
    hue.author.post(bank.at("/items"), {"question": single()}).refused(409, "bank_full")


def test_a_question_has_its_limit(hue: OpenedSpace, bank: BankRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ITEM_BYTES", 500)
    reply = hue.author.post(bank.at("/items"), {"question": single(explanation="ạ" * 200)})
    reply.refused(422)
    assert (reply.bad_fields, reply.json["errors"][0]["code"]) == ({"question"}, "question_too_large")


def test_an_item_has_a_limit_of_versions_and_a_version_of_corrections(
    bank: BankRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_VERSIONS", 1)
    monkeypatch.setattr(writing, "MOST_CORRECTIONS", 1)
    item = bank.add()
    bank.save(item, single("Mới")).refused(409, "too_many_versions")
    bank.correct(item, single(right="Có")).ok(200)
    bank.correct(item, single()).refused(409, "too_many_versions")


def test_learners_never_see_a_bank(hue: OpenedSpace, bank: BankRef) -> None:
    item = bank.add()
    for path in (bank.at(), bank.at("/items"), bank.item(item), hue.at("/banks"), hue.at("/national-banks")):
        hue.learner.get(path).refused(403)
    hue.tutor.post(bank.at("/items"), {"question": single()}).refused(403)
