"""Banks: begun, described, archived; removed while nothing is in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.banks import store
from tests.banks.filling import begin, single
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def titles(space: OpenedSpace, **query: object) -> list[str]:
    """The titles of its banks, over all pages."""
    found: list[str] = []
    asked = dict(query)
    while True:
        page = space.tutor.get(space.at("/banks"), query=asked).ok()
        found += [each["title"] for each in page["items"]]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


def test_a_bank_is_begun_and_read(hue: OpenedSpace) -> None:
    reply = hue.author.post(hue.at("/banks"), {"title": " Ngân hàng  1 ", "description": "Dùng cho kỳ thi."})
    made = reply.ok(201)
    assert (made["title"], made["items"], made["sharing"], made["archived_at"]) == ("Ngân hàng 1", 0, "none", None)
    read = hue.tutor.get(reply.headers["location"])
    assert (read.ok(), read.headers["etag"]) == (made, reply.headers["etag"])


def test_a_repeated_creation_begins_one_bank(hue: OpenedSpace) -> None:
    key = {"idempotency-key": "ngan-hang"}
    first = hue.author.post(hue.at("/banks"), {"title": "Một"}, headers=key).ok(201)
    assert hue.author.post(hue.at("/banks"), {"title": "Một"}, headers=key).ok(201)["id"] == first["id"]


def test_banks_stand_in_vietnamese_order_over_pages(aws: Cloud) -> None:
    space = open_space()
    for title in ("Đạo đức", "Dữ liệu", "An ninh", "Ă", "ạ" * 200):
        begin(space, title)
    assert titles(space, limit=2) == ["ạ" * 200, "An ninh", "Ă", "Dữ liệu", "Đạo đức"]


def test_of_two_descriptions_at_once_one_is_told(hue: OpenedSpace) -> None:
    bank = begin(hue)
    etag = hue.author.get(bank.at()).headers["etag"]
    bank.add()  # items change nothing of what was read

    def describe(number: int) -> int:
        return hue.author.put(bank.at(), {"title": f"Tên {number}"}, headers={"if-match": etag}).status

    with ThreadPoolExecutor(5) as threads:
        assert sorted(threads.map(describe, range(5))) == [200] + [412] * 4
    hue.author.put(bank.at(), {"title": "Tên"}).refused(428)


def test_nothing_is_written_into_an_archived_bank(hue: OpenedSpace) -> None:
    bank = begin(hue, "Lưu trữ")
    item = bank.add()
    for _ in range(2):
        assert hue.author.post(bank.at("/archive")).ok(200)["archived_at"]
    assert "Lưu trữ" not in titles(hue)
    assert "Lưu trữ" in titles(hue, archived=True)
    hue.author.post(bank.at("/items"), {"question": single()}).refused(409, "archived_bank")
    bank.save(item, single("Mới")).refused(409, "archived_bank")
    bank.correct(item, single(right="Có")).refused(409, "archived_bank")
    assert hue.author.delete(bank.at("/archive")).ok(200)["archived_at"] is None
    bank.save(item, single("Mới")).ok(200)


def test_an_empty_bank_is_removed_and_one_with_items_is_not(hue: OpenedSpace) -> None:
    bank, filled = begin(hue), begin(hue)
    filled.add()
    for _ in range(2):
        assert hue.author.delete(bank.at()).status == 204
    hue.tutor.get(bank.at()).refused(404)
    hue.author.delete(filled.at()).refused(409, "bank_not_empty")


def test_a_space_has_a_limit_of_banks(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_BANKS", 2)
    space = open_space()
    first = begin(space)
    begin(space)
    space.author.post(space.at("/banks"), {"title": "Ba"}).refused(409, "too_many_banks")
    assert space.author.delete(first.at()).status == 204
    begin(space)
