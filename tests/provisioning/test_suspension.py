"""Suspended: people get a notice on everything they try, admins look and export, and resuming restores it all."""

from __future__ import annotations

import threading

import pytest

from chalicelib import clock
from chalicelib.http import audit
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.gate import SpaceSuspended
from chalicelib.http.permissions import ANYONE, GRANTS
from chalicelib.storage import spaces
from chalicelib.tenants import registry
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator

REASON = "Sáp nhập đơn vị, chờ bàn giao"


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _suspend(caller: Api, hue: OpenedSpace) -> None:
    assert caller.post(f"/tenants/{hue.slug}/suspension", {"reason": REASON}).ok()["status"] == "suspended"


def _path(operation: Operation, hue: OpenedSpace) -> str:
    path = operation.path.replace("{space}", hue.slug)
    for name in operation.parameters:
        path = path.replace("{" + name + "}", "0" * 22)
    return path


def _of_spaces() -> list[Operation]:
    """All but those few that are declared to work (its public face, signing in and out)."""
    return [each for each in OPERATIONS if each.of_space and not each.while_suspended]


def test_learners_get_a_notice_whatever_they_try(caller: Api, hue: OpenedSpace) -> None:
    _suspend(caller, hue)
    for operation in _of_spaces():
        for who in (hue.learner, hue.author, hue.tutor):
            problem = who.call(operation.method, _path(operation, hue)).refused(403)
            assert problem["code"] == "space_suspended", operation.name
            assert problem["detail"] == SpaceSuspended.vi


def test_strangers_get_the_notice_where_they_need_no_token(caller: Api, hue: OpenedSpace, api: Api) -> None:
    _suspend(caller, hue)
    for operation in _of_spaces():
        if operation.may is ANYONE:
            api.call(operation.method, _path(operation, hue)).refused(403, "space_suspended")
        else:
            api.call(operation.method, _path(operation, hue)).refused(401)


def test_admins_may_look_at_everything_and_write_nothing(caller: Api, hue: OpenedSpace) -> None:
    _suspend(caller, hue)
    for operation in _of_spaces():
        if operation.may is not ANYONE and operation.may not in GRANTS["admin"]:
            continue
        reply = hue.admin.call(operation.method, _path(operation, hue))
        suspended = reply.status == 403 and reply.json["code"] == "space_suspended"
        assert suspended == operation.writes, f"{operation.name}: {reply.status}"


def test_its_public_face_and_the_way_in_and_out_stay_open() -> None:
    open_still = {each.name for each in OPERATIONS if each.of_space and each.while_suspended}
    assert {"read_space", "read_logo", "sign_in", "refresh_session", "sign_out"} <= open_still
    assert "add_person" not in open_still


def test_the_notice_is_in_the_readers_language(caller: Api, hue: OpenedSpace) -> None:
    _suspend(caller, hue)
    problem = hue.learner.get(hue.at("/me"), headers={"accept-language": "en"}).refused(403, "space_suspended")
    assert problem["detail"] == SpaceSuspended.en


def test_everyone_sees_that_it_is_suspended_and_admins_see_why(caller: Api, hue: OpenedSpace, api: Api) -> None:
    api.get(hue.at()).ok()
    _suspend(caller, hue)
    public = api.get(hue.at())
    assert public.ok()["status"] == "suspended"
    assert REASON not in str(public.text)
    assert hue.admin.get(hue.at("/settings")).ok()["suspension"]["reason"] == REASON


def test_resuming_restores_everything_at_once(caller: Api, hue: OpenedSpace, api: Api) -> None:
    before = caller.get(f"/tenants/{hue.slug}").ok()
    assert hue.author.get(hue.at("/jobs")).status == 200
    _suspend(caller, hue)
    assert hue.author.get(hue.at("/jobs")).status == 403
    after = caller.delete(f"/tenants/{hue.slug}/suspension").ok()
    assert hue.author.get(hue.at("/jobs")).status == 200
    assert api.get(hue.at()).ok()["status"] == "open"
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}


def test_another_process_learns_of_it_within_a_minute(hue: OpenedSpace) -> None:
    assert hue.author.get(hue.at("/jobs")).status == 200
    key = spaces.registry_key(hue.slug)
    spaces.platform().table("people").update(*key, "SET #s = :s", {":s": "suspended"}, names={"#s": "status"})
    assert hue.author.get(hue.at("/jobs")).status == 200
    now = clock.epoch_s()
    clock.set_source(lambda: now + 60)
    hue.author.get(hue.at("/jobs")).refused(403, "space_suspended")


def test_repeating_changes_nothing(caller: Api, hue: OpenedSpace) -> None:
    _suspend(caller, hue)
    first = registry.require(hue.slug)
    _suspend(caller, hue)
    assert registry.require(hue.slug).serialize() == first.serialize()
    assert first.suspension
    other = caller.post(f"/tenants/{hue.slug}/suspension", {"reason": "Lý do khác"}).ok()["suspension"]
    assert other["reason"] == "Lý do khác"
    assert clock.from_timestamp(other["at"]) == clock.from_timestamp(first.suspension["at"])
    for _ in range(2):
        assert caller.delete(f"/tenants/{hue.slug}/suspension").ok()["suspension"] is None


def test_a_reason_is_needed(caller: Api, hue: OpenedSpace) -> None:
    for body in ({}, {"reason": "  "}, {"reason": "x" * 501}):
        reply = caller.post(f"/tenants/{hue.slug}/suspension", body)
        reply.refused(422)
        assert reply.bad_fields == {"reason"}


def test_a_space_that_is_still_being_opened_cannot_be_suspended(caller: Api) -> None:
    opening = open_space(status="opening")
    caller.post(f"/tenants/{opening.slug}/suspension", {"reason": "x"}).refused(409, "space_not_open")
    caller.delete(f"/tenants/{opening.slug}/suspension").refused(409, "space_not_open")


def test_suspending_and_renaming_at_once_lose_neither(caller: Api, hue: OpenedSpace) -> None:
    """The edit that came second is told so; the suspension always holds."""
    address = f"/tenants/{hue.slug}"
    etag = caller.get(address).headers["etag"]
    start = threading.Barrier(2)
    statuses: dict[str, int] = {}

    def rename() -> None:
        start.wait()
        statuses["edit"] = caller.patch(address, {"name": "Cố đô Huế"}, headers={"if-match": etag}).status

    thread = threading.Thread(target=rename)
    thread.start()
    start.wait()
    _suspend(caller, hue)
    thread.join()
    shown = caller.get(address).ok()
    assert shown["status"] == "suspended"
    assert (statuses["edit"], shown["name"]) in {(200, "Cố đô Huế"), (412, "Thành phố Huế")}


def test_the_platforms_trail_tells_who_suspended_whom(caller: Api, hue: OpenedSpace) -> None:
    _suspend(caller, hue)
    month = clock.timestamp()[:7]
    newest = audit.page(spaces.platform(), month, None, 1).items[0]
    assert (newest["operation"], newest["target"]) == ("suspend_tenant", {"slug": hue.slug})
    assert audit.page(hue.space, month, None, 1).items == []
