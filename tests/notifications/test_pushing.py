"""Pushes: encrypted so that the browser reads them, from the space and nobody else, where they are wished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import clock, config
from chalicelib.jobs import queue
from chalicelib.notifications import push_encryption
from chalicelib.notifications.pushing import PUSH, ROUNDS
from chalicelib.storage.client import METER, Meter
from tests.crashes import killed_at
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, open_space
from tests.notifications.browser import Browser, Pushed, PushService, claims, push_service
from tests.notifications.telling import signed_in, somebody, tell
from tests.spending import spending


@pytest.fixture
def service(aws: Cloud) -> Iterator[PushService]:
    with push_service() as running:
        yield running


def jobs(space: OpenedSpace) -> list[dict[str, Any]]:
    return [each for each in space.admin.get(space.at("/jobs")).ok()["items"] if each["kind"] == PUSH]


def later(aws: Cloud, seconds: int) -> None:
    import app

    then = clock.epoch_s() + seconds + 61
    clock.set_source(lambda: then)
    app.tick({}, Context())
    aws.drain()


def test_a_browser_reads_what_its_person_is_told(aws: Cloud, service: PushService) -> None:
    space = open_space()
    who, other = somebody(space, "an", locale="en"), somebody(space, "binh")
    browser, second, others = service.browser("1"), service.browser("2"), service.browser("3")
    browser.subscribe(space, who)
    second.subscribe(space, who)
    others.subscribe(space, other)
    tell(space, [who.id], params={"name": "Trần Văn Bình", "title": "<b>Mã OTP?</b>"})
    aws.drain()
    (told,), (same,) = browser.read(), second.read()
    assert told == same
    assert (told["title"], told["text"]) == ("Trần Văn Bình replied", "Question: <b>Mã OTP?</b>")
    assert told["link"].endswith(f"/s/{space.slug}/threads/1")
    assert others.read() == []
    (pushed,) = browser.pushed
    assert pushed.headers["content-encoding"] == "aes128gcm"
    assert 0 < int(pushed.headers["ttl"]) <= 28 * 86_400
    assert pushed.headers["topic"] == told["id"]
    key = signed_in(space, who).get(space.at("/push-key")).ok()["key"]
    said = claims(pushed, key)
    assert said["aud"] == service.published.address
    assert clock.epoch_s() < said["exp"] <= clock.epoch_s() + 86_400
    assert said["sub"].startswith("mailto:")


def test_each_space_has_a_key_of_its_own_that_stays(aws: Cloud) -> None:
    hue, hanoi = open_space(), open_space()
    keys = [each.learner.get(each.at("/push-key")).ok()["key"] for each in (hue, hanoi, hue)]
    assert keys[0] == keys[2] != keys[1]
    assert len(push_encryption.decoded(keys[0])) == push_encryption.POINT_BYTES


def test_told_again_it_is_pushed_once(aws: Cloud, service: PushService) -> None:
    space, browser = open_space(), service.browser()
    who = somebody(space, "an")
    browser.subscribe(space, who)
    for _ in range(3):
        tell(space, [who.id], at=1_790_000_000)
        aws.drain()
    assert len(browser.pushed) == 1


def test_killed_at_any_call_it_is_pushed_and_shown_once(aws: Cloud, service: PushService) -> None:
    space, browser = open_space(), service.browser()
    who = somebody(space, "an")
    browser.subscribe(space, who)
    happened, call = True, 0
    while happened:
        call += 1
        tell(space, [who.id], str(call), at=1_790_000_000 + call)
        (job,) = [each for each in jobs(space) if each["state"] == "queued"]
        with killed_at(call) as kill:
            queue.run(space.slug, job["id"])
        happened = kill.happened
        moment = clock.epoch_s() + 61
        clock.set_source(lambda moment=moment: moment)  # type: ignore[misc]
        queue.run(space.slug, job["id"])
        assert queue.find(space.slug, job["id"]).state == "done"
        # Whoever shows them replaces one by the other: they are of one id.
        assert len({each.headers["topic"] for each in browser.pushed}) == call
    assert call > 6


def test_a_browser_that_is_gone_is_forgotten(aws: Cloud, service: PushService) -> None:
    space = open_space()
    who = somebody(space, "an")
    for status in (404, 410):
        browser = service.browser(str(status))
        browser.answers = lambda _, status=status: status  # type: ignore[misc]
        browser.subscribe(space, who)
    tell(space, [who.id])
    aws.drain()
    assert jobs(space)[0]["result"] == {"sent": 0, "gone": 2, "failed": 0}
    assert signed_in(space, who).get(space.at("/me/devices")).ok()["items"] == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again_later(aws: Cloud, service: PushService, status: int) -> None:
    space, busy, calm = open_space(), service.browser("busy"), service.browser("calm")
    who, answers = somebody(space, "an"), iter([status, 201])
    busy.answers = lambda _: next(answers)
    busy.subscribe(space, who)
    calm.subscribe(space, who)
    tell(space, [who.id])
    aws.drain()
    assert (len(busy.pushed), len(calm.pushed)) == (0, 1)
    later(aws, 130)
    assert (len(busy.pushed), len(calm.pushed)) == (1, 1)
    assert jobs(space)[0]["result"] == {"sent": 2, "gone": 0, "failed": 0}


def test_one_that_stays_busy_is_given_up(aws: Cloud, service: PushService) -> None:
    space, browser = open_space(), service.browser()
    asked: list[object] = []

    def answers(pushed: Pushed) -> int:
        asked.append(pushed)
        return 500

    browser.answers = answers
    who = somebody(space, "an")
    browser.subscribe(space, who)
    tell(space, [who.id])
    aws.drain()
    for _ in range(6):
        later(aws, 3 * 3600)
    assert len(asked) == ROUNDS
    assert jobs(space)[0]["result"] == {"sent": 0, "gone": 0, "failed": 1}


def test_what_is_not_wished_is_not_pushed(aws: Cloud, service: PushService) -> None:
    space, browser = open_space(), service.browser()
    who = somebody(space, "an")
    device = browser.subscribe(space, who)
    change = {"kind": "thread.replied", "channel": "push", "on": False}
    signed_in(space, who).patch(space.at("/me/notification-preferences"), {"changes": [change]}).ok()
    tell(space, [who.id])
    tell(space, [who.id], kind="credential.issued")
    aws.drain()
    assert [each["title"] for each in browser.read()] == ["Bạn có chứng nhận mới"]
    for _ in range(2):
        signed_in(space, who).delete(space.at(f"/me/devices/{device}")).ok(204)
    tell(space, [who.id], "2", kind="credential.issued")
    aws.drain()
    assert len(browser.pushed) == 1


def test_a_browser_is_of_the_last_who_asked(aws: Cloud, service: PushService) -> None:
    space, browser = open_space(), service.browser()
    before, now = somebody(space, "an"), somebody(space, "binh")
    browser.subscribe(space, before)
    browser.subscribe(space, now)
    tell(space, [before.id, now.id])
    aws.drain()
    assert len(browser.pushed) == 1
    assert signed_in(space, before).get(space.at("/me/devices")).ok()["items"] == []


def test_of_more_than_ten_the_oldest_gives_way(aws: Cloud, service: PushService) -> None:
    space = open_space()
    who, start = somebody(space, "an"), clock.epoch_s()
    added = []
    for number in range(12):
        clock.set_source(lambda number=number: start + number)  # type: ignore[misc]
        added.append(service.browser(str(number)).subscribe(space, who))
    kept = signed_in(space, who).get(space.at("/me/devices")).ok()["items"]
    assert {each["id"] for each in kept} == {*added[2:]}


def test_it_keeps_to_its_budget(aws: Cloud, service: PushService) -> None:
    space = open_space()
    people = [somebody(space, name) for name in ("an", "binh")]
    signed_in(space, people[0]).get(space.at("/push-key")).ok()
    with spending() as spent:
        for who in people:
            device = service.browser().subscribe(space, who)
        signed_in(space, who).get(space.at("/me/devices")).ok()
        signed_in(space, who).get(space.at("/push-key")).ok()
        signed_in(space, who).delete(space.at(f"/me/devices/{device}")).ok(204)
    spent.within_budget()


def test_where_nobody_takes_pushes_nobody_is_asked(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    tell(space, [who.id])
    meter = Meter()
    remembered = METER.set(meter)
    try:
        tell(space, [who.id], "2")
    finally:
        METER.reset(remembered)
    assert meter.operations == ["PutItem"]
    assert jobs(space) == []


def _changed(**other: Any) -> dict[str, Any]:
    body = Browser("https://fcm.googleapis.com/fcm/send/1").subscription
    return {**body, **{name: value for name, value in other.items() if name != "keys"}} | (
        {"keys": {**body["keys"], **other["keys"]}} if "keys" in other else {}
    )


@pytest.mark.parametrize(
    "body",
    [
        _changed(endpoint="http://fcm.googleapis.com/1"),
        _changed(endpoint="https://push.example/1"),
        _changed(endpoint="https://fcm.googleapis.com.push.example/1"),
        _changed(endpoint="https://notify.windows.com@push.example/1"),
        _changed(endpoint="https://169.254.169.254/latest"),
        _changed(endpoint="https://10.0.0.1/push"),
        _changed(keys={"p256dh": "A" * 87}),
        _changed(keys={"p256dh": push_encryption.encoded(b"\x04" + b"\x01" * 64)}),
        _changed(keys={"auth": push_encryption.encoded(b"\x01" * 15)}),
        _changed(keys={"auth": "!" * 22}),
    ],
)
def test_what_is_no_browser_is_refused(aws: Cloud, body: dict[str, Any]) -> None:
    space = open_space()
    space.learner.post(space.at("/me/devices"), body).refused(422)


@pytest.mark.parametrize(
    "host", ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "db5p.notify.windows.com"]
)
def test_browsers_services_are_taken(aws: Cloud, host: str) -> None:
    space = open_space()
    added = space.learner.post(space.at("/me/devices"), _changed(endpoint=f"https://{host}/1")).ok(201)
    assert added["service"] == host


def test_a_deployment_adds_services_and_what_it_takes_no_more_is_forgotten(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = open_space()
    who, body = somebody(space, "an"), _changed(endpoint="https://vn.push.example/1")
    refused = signed_in(space, who).post(space.at("/me/devices"), body).refused(422)
    assert refused["errors"][0]["code"] == "push_service_unknown"
    monkeypatch.setenv("HOCMO_PUSH_HOSTS", "push.other.example .push.example")
    config.current.cache_clear()
    signed_in(space, who).post(space.at("/me/devices"), body).ok(201)
    monkeypatch.delenv("HOCMO_PUSH_HOSTS")
    config.current.cache_clear()
    tell(space, [who.id])
    aws.drain()
    assert jobs(space)[0]["result"] == {"sent": 0, "gone": 1, "failed": 0}
    assert signed_in(space, who).get(space.at("/me/devices")).ok()["items"] == []


def test_an_address_that_comes_to_lead_inside_is_not_asked(
    aws: Cloud, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken while this machine's own addresses were allowed; now none is."""
    space = open_space()
    who = somebody(space, "an")
    browser = service.browser()
    browser.subscribe(space, who)
    tell(space, [who.id])
    monkeypatch.setenv("HOCMO_FETCH_LOOPBACK", "")
    monkeypatch.setenv("HOCMO_PUSH_HOSTS", "localhost 127.0.0.1")
    config.current.cache_clear()
    aws.drain()
    assert browser.pushed == []
    assert jobs(space)[0]["result"]["failed"] == 1


@settings(max_examples=40)
@given(st.binary(max_size=3_000))
def test_what_is_encrypted_ends_in_one_record(content: bytes) -> None:
    """Salt, record size, key id (RFC 8188, 2.1), then what was told, its end mark and a tag."""
    keys = Browser("https://push.example/1").subscription["keys"]
    body = push_encryption.encrypt(
        content, push_encryption.decoded(keys["p256dh"]), push_encryption.decoded(keys["auth"])
    )
    assert body[16:20] == (4_096).to_bytes(4)
    assert body[20] == push_encryption.POINT_BYTES
    assert len(body) == 21 + push_encryption.POINT_BYTES + len(content) + 1 + 16
