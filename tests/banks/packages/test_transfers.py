"""Packages through the API: uploaded, looked at, taken into a bank whole or not at all, written from one again."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests

from chalicelib import clock, ids
from chalicelib.banks.packages import qti_writing
from chalicelib.banks.packages.findings import PackedPicture
from chalicelib.courses.file_types import WORKBOOK
from chalicelib.jobs import queue
from tests.banks.filling import BankRef, begin
from tests.banks.packages.inventing import CONTENT, FILE, PICTURES, taken
from tests.courses.writing import uploaded
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.pictures import png
from tests.questions.writing import PICTURE, question

GOOD = "::Câu một::Hà Nội là thủ đô? {T}\n\n::Câu hai::1+1\\=? {#2}\n"
_CALLS_BEFORE = 10  # of a job that dies: taken up, read, said what is in it, reserved for, begun to be written
MIXED = GOOD + "\n::Tự luận::Hãy kể lại. {}\n"


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _begin(bank: BankRef, path: str, body: dict[str, Any], **options: Any) -> str:
    return str(bank.space.author.post(bank.at(path), body, **options).ok(202)["id"])


def _import(bank: BankRef, content: bytes, kind: str = "text/plain", **how: Any) -> str:
    upload = uploaded(bank.space, kind, content, purpose="questions")
    return _begin(bank, "/imports", {"upload": upload, **how})


def _done(cloud: Cloud, bank: BankRef, job: str) -> dict[str, Any]:
    cloud.drain()
    reply: dict[str, Any] = bank.space.tutor.get(bank.at(f"/transfers/{job}")).ok()
    return reply


def _said(bank: BankRef, job: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bank.space.tutor.get(bank.at(f"/transfers/{job}/questions"), query=query).ok()[
        "items"
    ]
    return found


def _counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return done["found"], done["refused"], done["remarked"], done["transferred"]


def test_a_package_is_taken_into_a_bank(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    done = _done(aws, bank, _import(bank, GOOD.encode()))
    assert (done["state"], _counts(done), len(bank.listed())) == ("done", (2, 0, 0, 2), 2)
    assert hue.author.get(bank.at()).ok()["items"] == 2


def test_a_dry_run_says_all_and_writes_nothing(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    job = _import(bank, MIXED.encode(), dry_run=True, only_valid=True)
    done = _done(aws, bank, job)
    assert (done["dry_run"], _counts(done), bank.listed()) == (True, (3, 1, 0, 0), [])
    entries = _said(bank, job)
    assert [(each["item"], each["name"], each["line"], each["kind"]) for each in entries] == [
        (1, "Câu một", 1, "true_false"),
        (2, "Câu hai", 3, "numeric"),
        (3, "Tự luận", 5, None),
    ]
    assert [(each["code"], each["taken"]) for each in entries[2]["remarks"]] == [("essay", False)]


def test_one_that_cannot_be_taken_is_enough_for_none(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    done = _done(aws, bank, _import(bank, MIXED.encode()))
    assert (done["state"], _counts(done), bank.listed()) == ("done", (3, 1, 0, 0), [])


def test_the_others_are_taken_if_that_is_asked_for(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    done = _done(aws, bank, _import(bank, MIXED.encode(), only_valid=True))
    assert (_counts(done), len(bank.listed())) == ((3, 1, 0, 2), 2)


def test_remarks_are_paged(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    job = _import(bank, MIXED.encode(), dry_run=True)
    _done(aws, bank, job)
    page = hue.tutor.get(bank.at(f"/transfers/{job}/questions"), query={"limit": 2}).ok()
    assert [each["item"] for each in page["items"]] == [1, 2]
    assert [each["item"] for each in _said(bank, job, limit=2, cursor=page["next"])] == [3]


def test_an_import_is_begun_once(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    body = {"upload": uploaded(hue, "text/plain", GOOD.encode(), purpose="questions")}
    jobs = {_begin(bank, "/imports", body, headers={"idempotency-key": "import"}) for _ in range(2)}
    aws.drain()
    assert (len(jobs), len(bank.listed())) == (1, 2)


def _package(*questions: Any) -> bytes:
    file = io.BytesIO()
    assert qti_writing.write(file, [taken(each) for each in questions], PICTURES.get, "3.0") == []
    return file.getvalue()


def _pictured() -> Any:
    shown = {"file": FILE, "alt": "Hình", "width": 320, "height": 200}
    areas = [{"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}]
    return question("hot_spot", picture=shown, areas=areas)


def test_pictures_of_a_package_become_files_of_the_space(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    _done(aws, bank, _import(bank, _package(_pictured()), "application/zip"))
    item = hue.tutor.get(bank.item(bank.listed()[0])).ok()
    assert requests.get(item["pictures"][item["question"]["picture"]["file"]], timeout=10).content == CONTENT


def test_a_bank_goes_out_and_comes_in_again(hue: OpenedSpace, aws: Cloud) -> None:
    bank, other = begin(hue), begin(hue, "Bản sao")
    choices = [{"text": "Không", "correct": True, "feedback": "Đúng"}, {"text": "Có"}]
    content = _package(_pictured(), question("multiple", choices=choices, partial=True, points=3))
    _done(aws, bank, _import(bank, content, "application/zip"))
    done = _done(aws, bank, _begin(bank, "/exports", {"format": "qti-2.1"}))
    assert (done["direction"], _counts(done)) == ("export", (2, 0, 0, 2))
    out = requests.get(done["download"]["url"], timeout=10).content
    assert _counts(_done(aws, other, _import(other, out, "application/zip"))) == (2, 0, 0, 2)
    assert _asked(other) == _asked(bank)


def _asked(bank: BankRef) -> list[str]:
    questions = [bank.space.tutor.get(bank.item(each)).ok()["question"] for each in bank.listed()]
    return sorted(str({**each, "id": None}) for each in questions)


def test_what_a_format_cannot_say_is_named(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    _done(aws, bank, _import(bank, _package(_pictured(), question("true_false", right=True)), "application/zip"))
    job = _begin(bank, "/exports", {"format": "gift"})
    done = _done(aws, bank, job)
    assert _counts(done) == (2, 1, 0, 1)
    assert [each["remarks"][0]["code"] for each in _said(bank, job)] == ["picture_unsayable"]
    assert "{TRUE}" in requests.get(done["download"]["url"], timeout=10).content.decode()


def test_the_template_comes_in_as_it_went_out(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    done = _done(aws, bank, _begin(bank, "/exports", {"format": "template"}))
    out = requests.get(done["download"]["url"], timeout=10).content
    job = _import(bank, out, WORKBOOK)
    assert _counts(_done(aws, bank, job)) == (8, 0, 0, 8)
    done = _done(aws, bank, _begin(bank, "/exports", {"format": "csv"}))
    again = begin(hue)
    _done(aws, again, _import(again, requests.get(done["download"]["url"], timeout=10).content, "text/csv"))
    assert _asked(again) == _asked(bank)


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"PK\x03\x04" + bytes(40), "application/zip", "package_damaged"),
        (b"<html><body>Xin</body></html>", "text/plain", "package_of_another_format"),
        (b"// nothing but a comment\n", "text/plain", "package_empty"),
    ],
)
def test_a_package_that_cannot_be_read_says_why(
    hue: OpenedSpace, aws: Cloud, content: bytes, kind: str, code: str
) -> None:
    bank = begin(hue)
    done = _done(aws, bank, _import(bank, content, kind))
    assert (done["state"], done["error"]["code"], bank.listed()) == ("failed", code, [])


def test_what_is_no_uploaded_package_is_refused_at_once(hue: OpenedSpace) -> None:
    bank = begin(hue)
    for upload in (uploaded(hue, "image/png"), ids.new()):
        refused = hue.author.post(bank.at("/imports"), {"upload": upload})
        assert [(each["field"], each["code"]) for each in refused.refused(422)["errors"]] == [
            ("upload", "not_a_package")
        ]


def test_a_full_bank_takes_none(hue: OpenedSpace, aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = begin(hue)
    monkeypatch.setattr("chalicelib.banks.store.MOST_ITEMS", 1)
    done = _done(aws, bank, _import(bank, GOOD.encode()))
    assert (done["error"]["code"], bank.listed()) == ("bank_full", [])


def test_transfers_are_of_their_bank_and_space(hue: OpenedSpace, aws: Cloud) -> None:
    bank, other = begin(hue), begin(hue)
    job = _import(bank, GOOD.encode(), dry_run=True)
    hue.tutor.get(other.at(f"/transfers/{job}")).refused(404)
    hue.tutor.get(other.at(f"/transfers/{job}/questions")).refused(404)
    aws.drain()


def test_a_transfer_that_is_not_done_has_nothing_to_say(hue: OpenedSpace, aws: Cloud) -> None:
    bank = begin(hue)
    job = _import(bank, GOOD.encode())
    hue.tutor.get(bank.at(f"/transfers/{job}/questions")).refused(404)
    aws.drain()


def test_killed_at_any_call_an_import_takes_each_question_once(hue: OpenedSpace, aws: Cloud) -> None:
    """With another picture each time: what an earlier import has brought need not be brought again."""
    for call in range(1, 100):
        bank = begin(hue)
        job = _import(bank, _pictured_package(100 + call), "application/zip")
        with killed_at(call) as kill:
            queue.run(hue.slug, job)
        if not kill.happened:
            break
        _later(clock.epoch_s() + 120)
        done = _done(aws, bank, job)
        assert (done["state"], _counts(done), len(bank.listed())) == ("done", (2, 0, 0, 2), 2), call
    assert call > 10


def _later(at: int) -> None:
    clock.set_source(lambda: at)


def _pictured_package(width: int) -> bytes:
    shown = {**PICTURE, "width": width, "height": 90}
    asked = question("hot_spot", picture=shown, areas=[{"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}])
    packed = PackedPicture("hinh.png", "image/png", png(width, 90))
    file = io.BytesIO()
    qti_writing.write(file, [taken(asked), taken(question("true_false", right=True))], lambda _: packed, "3.0")
    return file.getvalue()


def _many(questions: int) -> bytes:
    return "\n\n".join(f"::Câu {place}::Số {place} là số tự nhiên? {{T}}" for place in range(questions)).encode()


def _begun(bank: BankRef, questions: int) -> str:
    """An import that died when a part of its questions was written; gives its job."""
    job = _import(bank, _many(questions))
    with killed_at(_CALLS_BEFORE):
        queue.run(bank.space.slug, job)
    assert 0 < len(bank.listed(limit=100)) < questions
    _later(clock.epoch_s() + 120)
    return job


def test_begun_it_comes_whole_though_the_bank_is_filled_and_archived_meanwhile(
    hue: OpenedSpace, aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = begin(hue)
    monkeypatch.setattr("chalicelib.banks.store.MOST_ITEMS", 62)
    job = _begun(bank, 60)
    assert _done(aws, bank, _import(bank, _many(3)))["error"]["code"] == "bank_full"
    hue.author.post(bank.at("/archive")).ok()
    done = _done(aws, bank, job)
    assert (done["state"], _counts(done), len(bank.listed(limit=100))) == ("done", (60, 0, 0, 60), 60)
    assert hue.author.get(bank.at()).ok()["items"] == 60


@pytest.mark.parametrize("call", [None, 2, 9])
def test_given_up_it_leaves_nothing(
    hue: OpenedSpace, aws: Cloud, monkeypatch: pytest.MonkeyPatch, call: int | None
) -> None:
    bank = begin(hue)
    job = _begun(bank, 60)
    monkeypatch.setattr(queue, "MAX_ATTEMPTS", 1)
    queue.run(hue.slug, job)
    monkeypatch.undo()
    if call:
        with killed_at(call):
            aws.drain()
        _later(clock.epoch_s() + 240)
        queue.sweep()
    done = _done(aws, bank, job)
    assert (done["state"], done["transferred"], bank.listed(limit=100)) == ("failed", 0, [])
    assert hue.author.get(bank.at()).ok()["items"] == 0
    hue.author.delete(bank.at()).ok(204)
