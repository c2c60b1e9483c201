"""Forgotten passwords: who gets a letter, and what its link does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.people import persons
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import mailbox
from tests.identity.links import accept, invited, reset, reset_token
from tests.identity.people import OTHER_PASSWORD, PASSWORD, as_signed_in, refresh, sign_in, somebody
from tests.spending import spending

HOUR_S = 3600


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_forgotten_password_is_set_anew(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "forgot@hue.example")
    before = sign_in(hue, "forgot@hue.example")
    token = reset_token(hue, aws, "forgot@hue.example")
    (message,) = mailbox.to("forgot@hue.example")
    assert message.subject == "Thành phố Huế: đặt lại mật khẩu"
    assert mailbox.link(message).startswith(f"http://localhost:8000/s/{hue.slug}/password-resets/")
    reset(hue, token).ok(204)
    refresh(hue, before["refresh_token"]).refused(401, "session_ended")
    sign_in(hue, "forgot@hue.example", OTHER_PASSWORD)
    reset(hue, token, PASSWORD).refused(410, "link_spent")


def test_a_reset_reopens_a_login_that_was_closed_by_wrong_tries(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "closed@hue.example")
    wrong = {"login": "closed@hue.example", "password": "sai"}
    statuses = [Api().post(hue.at("/sessions"), wrong).status for _ in range(11)]
    assert statuses[-1] == 429
    reset(hue, reset_token(hue, aws, "closed@hue.example")).ok(204)
    sign_in(hue, "closed@hue.example", OTHER_PASSWORD)


def test_the_staff_see_no_difference_between_a_login_and_none(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "known@hue.example")
    for login in ("known@hue.example", "unknown@hue.example"):
        Api().post(hue.at("/password-resets"), {"login": login}).ok(202)
    mailbox.deliver(aws)
    jobs = hue.admin.get(hue.at("/jobs")).ok()["items"]
    told = [{name: job[name] for name in job if name not in ("id", "created_at", "updated_at")} for job in jobs]
    assert len(told) == 2
    assert told[0] == told[1]


def test_a_reset_link_lasts_an_hour_and_one_use_ends_all(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "hour@hue.example")
    first = reset_token(hue, aws, "hour@hue.example")
    second = reset_token(hue, aws, "hour@hue.example")
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + HOUR_S + 2))
    reset(hue, first).refused(410, "link_spent")
    clock.set_source(lambda: float(start + HOUR_S - 60))
    reset(hue, second).ok(204)
    reset(hue, first).refused(410, "link_spent")


def test_asking_for_a_reset_says_the_same_to_everyone(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "same@hue.example")
    gone = somebody(hue, "gone@hue.example")
    persons.change(hue.space, gone, gone.deactivated())
    somebody(hue, "0912345678")
    answers = []
    for login in (
        "warm@x.example",
        "same@hue.example",
        "gone@hue.example",
        "nobody@hue.example",
        "0912345678",
        "vớ vẩn",
    ):
        with spending() as spent:
            answer = Api().post(hue.at("/password-resets"), {"login": login}).ok(202)
        answers.append((answer, spent.last["calls"]))
    mailbox.deliver(aws)
    assert answers[1:] == [answers[1]] * 5
    assert len(mailbox.to("same@hue.example")) == 1
    assert mailbox.to("gone@hue.example") == mailbox.to("nobody@hue.example") == []


def test_letters_to_one_login_are_few(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "few@hue.example")
    with ThreadPoolExecutor(10) as pool:
        asked = pool.map(
            lambda _: Api().post(hue.at("/password-resets"), {"login": "few@hue.example"}).status, range(10)
        )
        assert sorted(asked) == [202] * 3 + [429] * 7
    mailbox.deliver(aws)
    assert len(mailbox.to("few@hue.example")) == 3


def test_whoever_was_invited_may_also_come_in_by_a_reset(hue: OpenedSpace, aws: Cloud) -> None:
    _, token = invited(hue, aws, "either@hue.example")
    reset(hue, reset_token(hue, aws, "either@hue.example")).ok(204)
    as_signed_in(hue, "either@hue.example", OTHER_PASSWORD).get(hue.at("/me")).ok()
    accept(hue, token).refused(410, "link_spent")


def test_a_deactivated_person_is_not_let_in_by_a_reset(hue: OpenedSpace, aws: Cloud) -> None:
    person = somebody(hue, "shut@hue.example")
    token = reset_token(hue, aws, "shut@hue.example")
    persons.change(hue.space, person, person.deactivated())
    reset(hue, token).refused(410, "link_spent")


def test_an_admin_can_reset_in_a_suspended_space(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    somebody(hue, "sus@hue.example", ("admin",))
    reset(hue, reset_token(hue, aws, "sus@hue.example")).ok(204)
    sign_in(hue, "sus@hue.example", OTHER_PASSWORD)
