"""What a tenant may have: operators set it, and what is beyond it is refused where it begins."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.http import caching
from chalicelib.metering import quotas, store, waiting
from chalicelib.reports import counters, figures
from chalicelib.storage.quotas import USUAL
from tests.api import Api, Reply
from tests.courses.writing import announce, put, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.identity.people import PASSWORD

GB = 2**30
PDF = {"name": "Phiếu.pdf", "content_type": "application/pdf", "size": 1_000_000}
AN: dict[str, Any] = {"name": "Nguyễn Văn An", "login": "an@hue.example", "password": PASSWORD}


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _set(hue: OpenedSpace, **limits: int | None) -> Any:
    caller, address = operator(), f"/tenants/{hue.slug}"
    etag = caller.get(address).headers["etag"]
    return caller.patch(address, {"quotas": limits}, headers={"if-match": etag}).ok()["quotas"]


def _register(hue: OpenedSpace, api: Api, login: str) -> Reply:
    return api.post(hue.at("/people"), AN | {"login": login})


def test_operators_set_what_a_tenant_may_use(hue: OpenedSpace) -> None:
    usual = {"requests_per_second": 2_000, "storage_gb": 100, "people": 1_000_000}
    assert operator().get(f"/tenants/{hue.slug}").ok()["quotas"] == usual
    assert _set(hue, people=2_000_000) == usual | {"people": 2_000_000}
    assert _set(hue, storage_gb=5) == usual | {"people": 2_000_000, "storage_gb": 5}
    assert _set(hue, people=None, storage_gb=None) == usual


@pytest.mark.parametrize("limit", [{"people": 0}, {"storage_gb": -1}, {"requests_per_second": 10**9}, {"tables": 3}])
def test_a_quota_is_within_reason(hue: OpenedSpace, limit: dict[str, int]) -> None:
    reply = operator().patch(f"/tenants/{hue.slug}", {"quotas": limit}, headers={"if-match": "*"})
    reply.refused(422)
    assert reply.bad_fields == {f"quotas.{name}" for name in limit}


def test_a_space_with_no_room_takes_no_more_files(hue: OpenedSpace) -> None:
    _set(hue, storage_gb=1)
    hue.author.post(hue.at("/files"), PDF).ok()
    store.measured(hue.slug, 10, GB - 1, 5, 1, (0, 0))
    caching.forget_everything()  # a minute later
    problem = hue.author.post(hue.at("/files"), PDF).refused(409, "storage_full")
    assert "1.0 trên 1 GB" in problem["detail"]
    _set(hue, storage_gb=2)
    hue.author.post(hue.at("/files"), PDF).ok()


def test_what_is_announced_takes_room_before_it_is_there(hue: OpenedSpace) -> None:
    """Forms alone fill no bucket: together they are good for what the quota leaves, and for so many."""
    _set(hue, storage_gb=1)
    film = PDF | {"content_type": "video/mp4", "size": 500_000_000}
    key = {"idempotency-key": "one"}
    first = [hue.author.post(hue.at("/files"), film, headers=key).ok(201)["id"] for _ in range(3)]
    assert len(set(first)) == 1  # one file, however often it is announced
    hue.author.post(hue.at("/files"), film).ok(201)
    hue.author.post(hue.at("/files"), film).refused(409, "uploads_waiting")
    hue.author.post(hue.at("/files"), film, headers=key).ok(201)
    hue.author.post(hue.at("/files"), PDF).ok(201)


def test_what_was_completed_or_refused_waits_no_more(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING", 1)
    for _ in range(3):
        uploaded(hue, "application/pdf")
    lying = announce(hue, "application/pdf", b"%PDF-1.7")
    hue.author.post(hue.at("/files"), PDF).refused(409, "uploads_waiting")
    put(hue, lying, b"MZ no document")
    hue.author.post(hue.at(f"/files/{lying}/completion")).refused(422, "file_refused")
    hue.author.post(hue.at("/files"), PDF).ok(201)


def test_files_confirmed_since_the_last_measure_count(hue: OpenedSpace) -> None:
    store.measured(hue.slug, 10, 1_000, 5, 1, (0, 0))
    content = b"%PDF-1.7\n" + b"0" * 991 + b"\n%%EOF\n"
    uploaded(hue, "application/pdf", content)
    stored = quotas.stored_of(store.stored(hue.slug))
    assert (stored.files_bytes, stored.files) == (1_000 + len(content), 6)
    store.measured(hue.slug, 10, 2_007, 6, 2, (len(content), 1))
    assert quotas.stored_of(store.stored(hue.slug)).files_bytes == 2_007


def test_an_older_measure_replaces_no_newer(hue: OpenedSpace) -> None:
    store.measured(hue.slug, 1, 1, 1, 2, (0, 0))
    store.measured(hue.slug, 9, 9, 9, 1, (0, 0))
    assert quotas.stored_of(store.stored(hue.slug)).files_bytes == 1


def test_a_space_that_is_full_takes_no_more_learners(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    _set(hue, people=2)
    for number in range(2):
        _register(hue, api, f"{number}@hue.example").ok(201)
    aws.drain()
    caching.forget_everything()  # a minute later
    _register(hue, api, "3@hue.example").refused(409, "space_full")
    invited = {"name": "Trần Thị Bích", "email": "bich@hue.example", "roles": ["author"]}
    hue.admin.post(hue.at("/people"), invited).ok(201)  # who teaches is no learner
    _set(hue, people=3)
    _register(hue, api, "3@hue.example").ok(201)


def test_learners_are_looked_up_where_reports_count_them() -> None:
    """Metering is below reports and cannot name them; this holds the two together."""
    assert (store.OF_NATION, store.REGISTRATIONS) == (counters.OF_NATION, figures.REGISTRATIONS)
    assert USUAL.people == 1_000_000


def test_the_trail_tells_which_quotas_were_set(hue: OpenedSpace) -> None:
    _set(hue, people=5)
    newest = operator().get("/audit", query={"limit": 5}).ok()["items"]
    given = next(each["given"] for each in newest if each["operation"] == "edit_tenant")
    assert given["quotas"]["people"] == 5
