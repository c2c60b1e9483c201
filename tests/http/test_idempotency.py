"""``Idempotency-Key``: one creation whatever is repeated, crashed or raced; never another person's answer."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from chalice.app import Response

from chalicelib import clock, ids
from chalicelib.http import idempotency
from chalicelib.http.requests import Circumstances
from chalicelib.storage import client
from chalicelib.storage.items import from_item
from chalicelib.storage.table import Table
from tests.api import Reply
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.http.probe import Probe, probe


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space("hue")


@pytest.fixture
def author(hue: OpenedSpace) -> Probe:
    author = probe(hue.author)
    author.get(
        "/spaces/hue/things"
    ).ok()  # the space is looked up and the token verified: from here on, calls are known
    return author


@pytest.fixture
def key() -> str:
    return ids.new()


def _make(caller: Probe, key: str, title: str = "Điện thoại", kind: str = "things", **more: object) -> Reply:
    return caller.post(f"/spaces/hue/{kind}", {"title": title, **more}, headers={"idempotency-key": key})


def _things(aws: Cloud, hue: OpenedSpace, title: str) -> int:
    rows = aws.dynamodb.scan(TableName=hue.space.table_name("people"))["Items"]
    return sum(row.get("title", {}).get("S") == title for row in rows)


def test_a_repetition_gets_the_first_answer(aws: Cloud, hue: OpenedSpace, author: Probe, key: str) -> None:
    first, again = _make(author, key, key), _make(author, key, key)
    assert (first.status, first.json) == (again.status, again.json)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert _things(aws, hue, key) == 1


def test_the_same_key_for_something_else_is_refused(author: Probe, key: str) -> None:
    _make(author, key).ok(201)
    _make(author, key, "Máy tính").refused(422, "idempotency_key_reused")


def test_the_same_key_at_another_address_is_another_request(hue: OpenedSpace, author: Probe, key: str) -> None:
    other = probe(token_for(open_space("bo-noi-vu"), ["author"], hue.people["author"]))
    first = _make(author, key).ok(201)
    second = other.post("/spaces/bo-noi-vu/things", {"title": "Điện thoại"}, headers={"idempotency-key": key}).ok(201)
    assert first["id"] != second["id"]


def test_two_people_with_one_key_are_strangers(hue: OpenedSpace, author: Probe, key: str) -> None:
    first = _make(author, key).ok(201)
    assert _make(probe(hue.admin), key).ok(201)["id"] != first["id"]


def test_visitors_with_one_poor_key_never_become_one(hue: OpenedSpace) -> None:
    """Neither while the answer is kept, nor a day later when it is forgotten: both would hand over a person."""
    first = _make(probe(), "1", "Nguyễn An", "visitors").ok(201)
    _make(probe(), "1", "Trần Bình", "visitors").refused(422, "idempotency_key_reused")
    later = clock.epoch_s() + idempotency.KEPT_S + 1
    clock.set_source(lambda: later)
    assert _make(probe(), "1", "Trần Bình", "visitors").ok(201)["id"] != first["id"]


def test_a_day_later_the_same_request_finds_what_it_made(hue: OpenedSpace, author: Probe, key: str) -> None:
    first = _make(author, key).ok(201)
    later = clock.epoch_s() + idempotency.KEPT_S + 1
    clock.set_source(lambda: later)
    assert _make(probe(hue.author), key).ok(201)["id"] == first["id"]


def test_a_refusal_is_not_kept(author: Probe, key: str) -> None:
    _make(author, key, trouble="taken").refused(409, "taken")
    _make(author, key).ok(201)


@pytest.mark.parametrize("trouble", ["busy", "defect"])
def test_a_failure_is_not_kept(author: Probe, key: str, trouble: str) -> None:
    assert _make(author, key, trouble=trouble).status >= 500
    assert _make(author, key, trouble=trouble).status >= 500
    _make(author, key).ok(201)


@pytest.mark.parametrize("bad", ["x" * 256, "khoá", "a\tb"])
def test_a_key_that_is_none_is_refused(author: Probe, bad: str) -> None:
    _make(author, bad).refused(400, "bad_idempotency_key")


def test_the_key_is_noticed_only_where_something_is_created(author: Probe) -> None:
    author.get("/spaces/hue/things", headers={"idempotency-key": "x" * 300}).ok(200)


@pytest.mark.parametrize("calls", range(8))
def test_a_process_killed_anywhere_is_finished_by_the_retry(
    aws: Cloud, hue: OpenedSpace, author: Probe, key: str, calls: int
) -> None:
    """Its calls are: does the token still tell the truth, claim, audit record, the creation, keep the answer."""
    with killed_after(calls):
        _make(author, key, key)
    at_once = _make(author, key, key)
    assert at_once.status == 201 or at_once.refused(409, "still_running")
    later = clock.epoch_s() + idempotency.LEASE_S + 1
    clock.set_source(lambda: later)
    answer = _make(author, key, key).ok(201)
    assert _make(author, key, key).ok(201) == answer
    assert _things(aws, hue, key) == 1


def test_simultaneous_repetitions_create_once(aws: Cloud, hue: OpenedSpace, author: Probe, key: str) -> None:
    def one(_: int) -> Reply:
        return _make(author, key, key)

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(one, range(8)))
    assert {reply.status for reply in replies} <= {201, 409}
    assert any(reply.status == 201 for reply in replies)
    assert _things(aws, hue, key) == 1


def test_a_slow_first_try_does_not_undo_what_took_over(hue: OpenedSpace, author: Probe, key: str) -> None:
    """The first try outlasts its lease, a second one finishes, then the first one fails."""
    asked = Circumstances("r", "127.0.0.1", "vi", None, None, key, "a", "probe", {}, fingerprint="f")

    def slow() -> Response:
        later = clock.epoch_s() + idempotency.LEASE_S + 1
        clock.set_source(lambda: later)
        idempotency.once(hue.space, asked, lambda: Response("second", status_code=201))
        raise RuntimeError

    def never() -> Response:
        raise AssertionError("the work was done already")

    with pytest.raises(RuntimeError):
        idempotency.once(hue.space, asked, slow)
    assert idempotency.once(hue.space, asked, never).body == "second"


def test_an_answer_too_large_to_keep_is_made_again(author: Probe, key: str) -> None:
    first, again = _make(author, key, "big"), _make(author, key, "big")
    assert first.ok(201)["id"] == again.ok(201)["id"]


def test_nothing_kept_could_tell_a_password(aws: Cloud, hue: OpenedSpace, key: str) -> None:
    """A plain hash of a body with a password in it could be guessed offline."""
    body = json.dumps({"title": "Hoc-mo-2026"}).encode()
    probe().post("/spaces/hue/visitors", raw=body, headers={"idempotency-key": key}).ok(201)
    rows = str([row for row in _rows(hue.space.table("people")) if row.get("lease")])
    assert key not in rows
    assert hashlib.sha256(body).hexdigest() not in rows


def _rows(table: Table) -> list[dict[str, object]]:
    return [from_item(row) for row in client.dynamodb().scan(TableName=table.name)["Items"]]
