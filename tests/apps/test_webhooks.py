"""Results go back to the app: signed, at least once, under one id, for three days, and only while consent stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.apps import outbox, signing, webhooks
from chalicelib.jobs import queue
from chalicelib.storage import changes
from chalicelib.storage.client import METER, Meter
from tests.api import Api
from tests.apps.receiver import Received, Receiver, later, receiving
from tests.apps.superapp import SuperApp
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, published_course, token_for
from tests.spending import spending

DAY_S = 86_400
RIGHT = {"q1": ["a"], "q2": ["a", "c"]}


@pytest.fixture
def receiver(hue: OpenedSpace) -> Iterator[Receiver]:
    with receiving(hue) as found:
        yield found


@pytest.fixture
def course(hue: OpenedSpace) -> CourseRef:
    return published_course(hue)


def finish(course: CourseRef, api: Api) -> None:
    """Take the whole course: one text, one quiz."""
    where = course.space.at(f"/me/enrolments/{course.id}")
    api.put(where).ok()
    api.put(f"{where}/progress/1", {"status": "done"}).ok()
    api.post(f"{where}/attempts", {"lesson": "2", "answers": RIGHT}).ok(201)


def completed(aws: Cloud, course: CourseRef, app: SuperApp, sub: str = "an") -> str:
    """The account of an app's person who has taken the course; all that follows from it is done."""
    entered = app.entered(sub)
    finish(course, Api(entered["access_token"]))
    aws.drain()
    return str(entered["person"]["id"])


def test_what_moves_between_accounts_is_told_of_once(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    """Into an account that has begun the course, and back; what is learned there afterwards is told of."""
    other = completed(aws, course, receiver.app)
    begun = published_course(hue)
    Api(receiver.app.entered("an")["access_token"]).put(hue.at(f"/me/enrolments/{begun.id}")).ok()
    kept = str(receiver.app.entered("hai")["person"]["id"])
    api = token_for(hue, ["learner"], kept)
    api.put(hue.at(f"/me/enrolments/{course.id}")).ok()
    merge = hue.admin.post(hue.at(f"/people/{kept}/merges"), {"other": other}).ok(202)
    aws.drain()
    finish(begun, api)
    aws.drain()
    hue.admin.delete(hue.at(f"/people/{kept}/merges/{merge['id']}")).ok(202)
    aws.drain()
    told = sorted((each.json["type"], each.json["data"]["course"]["id"]) for each in receiver.received)
    assert told == sorted(
        (kind, each.id) for kind in ("attempt.graded", "course.completed") for each in (course, begun)
    )


def listed(app: SuperApp, state: str, **query: Any) -> list[Any]:
    found: list[Any] = app.hue.admin.get(app.at("/deliveries"), query={"state": state, **query}).ok()["items"]
    return found


def test_completions_and_scores_go_back_signed(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    person = completed(aws, course, receiver.app)
    assert sorted(receiver.kinds()) == ["attempt.graded", "course.completed"]
    of_kind = {each.json["type"]: each for each in receiver.received}
    told = of_kind["course.completed"].json["data"]
    assert told["sub"] == "an"
    assert told["course"] == {"id": course.id, "title": "An toàn trên mạng"}
    assert (told["space"], told["version"], told["scores"]) == (course.space.slug, 1, {"2": 100})
    graded = of_kind["attempt.graded"].json["data"]
    assert (graded["lesson"], graded["attempt"], graded["score"], graded["passed"]) == ("2", 1, 100, True)
    for each in receiver.received:
        assert each.is_signed_by(receiver.secret)
        assert person not in each.body.decode()
    shown = listed(receiver.app, "delivered")
    assert {(each["kind"], each["person"], each["course"], each["tries"]) for each in shown} == {
        ("course.completed", person, course.id, 1),
        ("attempt.graded", person, course.id, 1),
    }
    assert {f"msg_{each['id']}" for each in shown} == {each.id for each in receiver.received}
    assert shown[0]["last_answer"]["text"] == "Xin chào <script>"


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    made = signing.headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330,
        b'{"test": 2432232314}',
    )  # fmt: skip
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_of_who_did_not_come_by_the_app_nothing_is_told(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    finish(course, hue.learner)
    aws.drain()
    assert receiver.received == []
    assert [listed(receiver.app, state) for state in ("waiting", "delivered", "parked")] == [[], [], []]


@pytest.mark.parametrize("status", [500, 503, 404, 302, None])
def test_what_fails_is_tried_again_under_the_same_id(
    aws: Cloud, course: CourseRef, receiver: Receiver, status: int | None
) -> None:
    receiver.answers = lambda _: status
    completed(aws, course, receiver.app)
    assert len(receiver.received) == 2
    waiting = listed(receiver.app, "waiting")
    error = {302: "redirected", None: "unreachable"}.get(status, "refused")
    assert {(each["tries"], each["last_answer"]["status"], each["last_answer"]["error"]) for each in waiting} == {
        (1, status, error)
    }
    receiver.answers = lambda _: 204
    later(aws, 60)
    assert len(receiver.received) == 4
    assert len({each.id for each in receiver.received}) == 2
    assert len({each.body for each in receiver.received}) == 2
    assert {each["tries"] for each in listed(receiver.app, "delivered")} == {2}


def test_waits_grow_and_after_three_days_it_is_parked_until_an_admin_sends_it_again(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    receiver.answers = lambda message: 500 if message.json["type"] == "course.completed" else 200
    completed(aws, course, receiver.app)
    for wait in webhooks.WAITS_S:
        assert len(listed(receiver.app, "waiting")) == 1
        later(aws, wait)
    later(aws, DAY_S)
    later(aws, DAY_S)
    assert listed(receiver.app, "waiting") == []
    (parked,) = listed(receiver.app, "parked")
    assert parked["next_try_at"] is None
    tries = [each for each in receiver.received if each.json["type"] == "course.completed"]
    assert parked["tries"] == len(tries) > len(webhooks.WAITS_S)
    assert queue.of_tenant(hue.slug, None, 100).items[0].state == "done"
    receiver.answers = lambda _: 200
    sent = hue.admin.post(receiver.app.at(f"/deliveries/{parked['id']}/resend")).ok(202)
    assert (sent["state"], sent["tries"]) == ("waiting", 0)
    hue.admin.post(receiver.app.at(f"/deliveries/{parked['id']}/resend")).refused(409, "delivery_waits")
    aws.drain()
    assert receiver.received[-1].id == tries[0].id
    assert listed(receiver.app, "parked") == []


def test_a_receiver_that_is_gone_is_not_asked_again(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    receiver.answers = lambda _: 410
    completed(aws, course, receiver.app)
    later(aws, DAY_S)
    assert len(receiver.received) == 2
    assert {each["last_answer"]["error"] for each in listed(receiver.app, "parked")} == {"gone"}
    receiver.answers = lambda _: 200
    sent = course.space.admin.post(receiver.app.at("/deliveries/resend")).ok(202)
    assert sent == {"resent": 2, "more": False}
    aws.drain()
    assert len(listed(receiver.app, "delivered")) == 2


def test_one_message_that_fails_holds_up_no_other(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    receiver.answers = lambda message: 500 if message.json["data"]["sub"] == "an" else 200
    completed(aws, course, receiver.app, "an")
    completed(aws, course, receiver.app, "binh")
    later(aws, 60)
    assert {each.json["data"]["sub"] for each in receiver.received} == {"an", "binh"}
    assert (len(listed(receiver.app, "delivered")), len(listed(receiver.app, "waiting"))) == (2, 2)


def test_a_server_that_is_down_is_asked_five_times_in_a_row_at_most(
    aws: Cloud, course: CourseRef, receiver: Receiver
) -> None:
    receiver.answers = lambda _: 503
    people = ["an", "binh", "chi", "dung", "em"]
    for sub in people:
        finish(course, Api(receiver.app.entered(sub)["access_token"]))
    aws.drain()
    assert len(receiver.received) == webhooks.IN_A_ROW
    receiver.answers = lambda _: 200
    later(aws, 120)
    later(aws, 60)
    assert len(listed(receiver.app, "delivered")) == 2 * len(people)
    assert listed(receiver.app, "waiting") == []


def test_what_stood_too_far_back_is_parked_when_its_time_is_over(
    aws: Cloud, course: CourseRef, receiver: Receiver
) -> None:
    receiver.answers = lambda _: 503
    for sub in ("an", "binh", "chi", "dung", "em"):
        finish(course, Api(receiver.app.entered(sub)["access_token"]))
    aws.drain()
    for _ in range(3):
        later(aws, 3 * DAY_S)
    assert (len(listed(receiver.app, "parked")), listed(receiver.app, "waiting")) == (10, [])


def test_after_a_withdrawal_nothing_more_is_told(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    receiver.answers = lambda _: 503
    entered = receiver.app.entered("an", phone_number="0912345678", phone_number_verified=True)
    api = Api(entered["access_token"])
    finish(course, api)
    aws.drain()
    api.delete(hue.at(f"/me/consents/{receiver.app.id}")).ok(204)
    receiver.received.clear()
    later(aws, 600)
    assert receiver.received == []
    assert [listed(receiver.app, state) for state in ("waiting", "delivered", "parked")] == [[], [], []]


def test_when_the_app_is_removed_what_waits_goes_with_it(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    receiver.answers = lambda _: 503
    completed(aws, course, receiver.app)
    hue.admin.delete(receiver.app.at()).ok(204)
    later(aws, 600)
    assert len(receiver.received) == 2
    assert outbox.waiting(hue.space, receiver.app.id, 10) == []
    assert "secret" not in outbox.courier(hue.space, receiver.app.id)


def test_a_change_that_is_delivered_again_is_told_once(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    import app

    entered = receiver.app.entered("an")
    finish(course, Api(entered["access_token"]))
    events = aws.changes_of(course.space.space.table_name("learning"))
    for _ in range(3):
        for event in events:
            app.apply_changes(event, None)
        aws.drain()
    assert len(receiver.received) == 2


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    made = hue.admin.post(receiver.app.at("/webhook-secrets")).ok(201)
    assert made["old_until"] is not None
    hue.admin.post(receiver.app.at("/webhook-tests")).ok()
    first = receiver.received[-1]
    assert first.is_signed_by(made["secret"])
    assert first.is_signed_by(receiver.secret)
    then = clock.epoch_s() + DAY_S + 1
    clock.set_source(lambda: then)
    hue.admin.post(receiver.app.at("/webhook-tests")).ok()
    assert receiver.received[-1].is_signed_by(made["secret"])
    assert not receiver.received[-1].is_signed_by(receiver.secret)


def test_until_there_is_a_secret_results_wait(aws: Cloud, hue: OpenedSpace, course: CourseRef) -> None:
    app = SuperApp.trusted(hue, webhook="https://app.hue.example/hook")
    completed(aws, course, app)
    assert {each["last_answer"]["error"] for each in listed(app, "waiting")} == {"secret_missing"}
    made = hue.admin.post(app.at("/webhook-secrets")).ok(201)
    assert made["old_until"] is None


def test_a_test_tells_what_the_server_answers(hue: OpenedSpace, receiver: Receiver) -> None:
    tested = hue.admin.post(receiver.app.at("/webhook-tests")).ok()
    assert (tested["ok"], tested["answer"]["status"]) == (True, 200)
    receiver.answers = lambda _: 401
    tested = hue.admin.post(receiver.app.at("/webhook-tests")).ok()
    assert (tested["ok"], tested["answer"]["error"]) == (False, "refused")
    assert listed(receiver.app, "delivered") == []


def test_without_a_webhook_there_is_nothing_to_send(hue: OpenedSpace, app: SuperApp) -> None:
    hue.admin.post(app.at("/webhook-tests")).refused(409, "no_webhook")
    hue.admin.post(app.at("/deliveries/resend")).refused(409, "no_webhook")
    hue.admin.get(app.at("/deliveries"), query={"state": "lost"}).refused(422, "invalid_input")


def test_a_private_address_is_never_asked(hue: OpenedSpace) -> None:
    made = hue.admin.post(
        hue.at("/apps"),
        {
            "name": "Hue-S", "issuer": "https://x.example", "client_id": "hocmo", "webhook": "https://10.0.0.7/hook",
            "purpose_vi": "Để mở khoá học phù hợp.", "purpose_en": "To open courses.",
        },
    )  # fmt: skip
    assert made.bad_fields == {"webhook"}


def test_deliveries_are_listed_page_by_page_newest_first(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    for sub in ("an", "binh", "chi"):
        completed(aws, course, receiver.app, sub)
    admin, cursor, seen = course.space.admin, None, []
    for _ in range(4):
        query = {"state": "delivered", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = admin.get(receiver.app.at("/deliveries"), query=query).ok()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_another_apps_delivery_is_not_found(
    aws: Cloud, hue: OpenedSpace, course: CourseRef, receiver: Receiver
) -> None:
    completed(aws, course, receiver.app)
    other = SuperApp.trusted(hue, webhook="https://app.hue.example/hook")
    delivery = listed(receiver.app, "delivered")[0]["id"]
    hue.admin.post(other.at(f"/deliveries/{delivery}/resend")).refused(404, "not_found")
    assert listed(other, "delivered") == []


@pytest.mark.parametrize("call", range(1, 20))
def test_killed_anywhere_all_arrives(aws: Cloud, course: CourseRef, receiver: Receiver, call: int) -> None:
    """The stream's reaction, or the courier, dies after one of its calls; what it began is begun again."""
    entered = receiver.app.entered("an")
    finish(course, Api(entered["access_token"]))
    with killed_at(call):
        aws.drain()
    aws.drain()
    later(aws, 120)
    later(aws, 120)
    assert set(receiver.kinds()) == {"course.completed", "attempt.graded"}
    assert len({each.id for each in receiver.received}) == 2
    assert len(receiver.received) <= 3
    assert len(listed(receiver.app, "delivered")) == 2


def test_a_batch_without_results_costs_nothing(aws: Cloud, hue: OpenedSpace, course: CourseRef) -> None:
    hue.learner.put(hue.at(f"/me/enrolments/{course.id}")).ok()
    events = list(aws.changes_of(hue.space.table_name("learning")))
    meter = Meter()
    remembered = METER.set(meter)
    try:
        for event in events:
            webhooks.collect(hue.space, changes.read(event))
    finally:
        METER.reset(remembered)
    assert events
    assert meter.calls == 0


def test_a_page_of_deliveries_keeps_to_its_budget(aws: Cloud, course: CourseRef, receiver: Receiver) -> None:
    completed(aws, course, receiver.app)
    listed(receiver.app, "delivered")
    with spending() as spent:
        listed(receiver.app, "delivered")
    spent.within_budget()


def test_what_is_said_of_a_message_is_the_same_at_each_try() -> None:
    message = outbox.Message("1", "app", "p", "course.completed", {"version": 1}, 1_795_490_000, "waiting", 0, 0)
    assert webhooks.told(message, "an") == {
        "type": "course.completed",
        "timestamp": "2026-11-24T03:13:20Z",
        "data": {"sub": "an", "version": 1},
    }


def test_a_stranger_that_says_much_is_quoted_briefly(hue: OpenedSpace, receiver: Receiver) -> None:
    def shout(_: Received) -> int:
        return 500

    receiver.answers = shout
    tested = hue.admin.post(receiver.app.at("/webhook-tests")).ok()
    assert len(tested["answer"]["text"]) <= 300
