"""One-time codes: who gets one, by which way, and what it is worth."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.identity import codes, throttle
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.people import identifiers, persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api, Reply
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import mailbox
from tests.identity.listed import NAME, code_of, listed
from tests.identity.people import as_signed_in, sign_in, somebody
from tests.spending import spending

PHONE = "+84912345678"
MINUTE_S = 60


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def ask(hue: OpenedSpace, login: str) -> Reply:
    return Api().post(hue.at("/sessions/codes"), {"login": login})


def enter(hue: OpenedSpace, login: str, code: str) -> Reply:
    return Api().post(hue.at("/sessions/code"), {"login": login, "code": code})


def mailed(hue: OpenedSpace, aws: Cloud, login: str, address: str) -> str:
    """The code that comes by mail to whoever asks for one."""
    ask(hue, login).ok(202)
    mailbox.deliver(aws)
    found = re.search(r">(\d{6})<", mailbox.to(address)[-1].body)
    assert found
    return found[1]


def test_whoever_has_an_address_signs_in_by_the_code_in_the_mail(hue: OpenedSpace, aws: Cloud) -> None:
    person = somebody(hue, "an@hue.example")
    code = mailed(hue, aws, "AN@hue.example", "an@hue.example")
    message = mailbox.to("an@hue.example")[-1]
    assert message.subject == f"{code} là mã đăng nhập Thành phố Huế"
    tokens = enter(hue, "an@hue.example", f"{code[:3]} {code[3:]}").ok(200)
    assert Api(tokens["access_token"]).get(hue.at("/me")).ok()["id"] == person.id
    sign_in(hue)  # the password stays what it is


def test_a_mobile_gets_one_short_message_without_marks(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, "CB1", phone="0912345678", email="binh@hue.example")
    ask(hue, "0912 345 678").ok(202)
    mailbox.deliver(aws)
    (text,) = mailbox.texts(PHONE)
    first, _, last = text.partition("\n\n")
    code = last.rpartition("#")[2]
    assert first == f"Thanh pho Hue: ma dang nhap {code}, dung trong 10 phut. Khong dua ma cho ai."
    assert last == f"@localhost #{code}"
    assert text.isascii()
    assert len(text) <= 160
    assert mailbox.to("binh@hue.example") == []
    assert enter(hue, "0912345678", code).ok(200)["person"]["name"] == NAME


def test_a_staff_code_is_answered_by_mail_which_costs_nothing(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, "CB2", phone="0912345679", email="free@hue.example")
    enter(hue, "CB2", mailed(hue, aws, "CB2", "free@hue.example")).ok(200)
    assert mailbox.texts("+84912345679") == []


def test_of_two_addresses_the_one_that_was_typed_gets_the_code(hue: OpenedSpace, aws: Cloud) -> None:
    known = [Identifier("email", "office@hue.example"), Identifier("email", "home@hue.example")]
    persons.add(hue.space, persons.new(NAME, known, ["learner"]))
    for to, other in (("office@hue.example", "home@hue.example"), ("home@hue.example", "office@hue.example")):
        before = len(mailbox.to(other))
        enter(hue, to, mailed(hue, aws, to, to)).ok(200)
        assert len(mailbox.to(other)) == before


def test_a_landline_gets_nothing(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, "CB1", phone="02343822822")
    ask(hue, "CB1").ok(202)
    mailbox.deliver(aws)
    assert mailbox.texts("+842343822822") == []


def test_whoever_comes_in_by_a_code_has_joined_and_the_slip_is_void(hue: OpenedSpace, aws: Cloud) -> None:
    person = listed(hue, "CB1", email="join@hue.example")
    slip = code_of(hue, person)
    enter(hue, "CB1", mailed(hue, aws, "CB1", "join@hue.example")).ok(200)
    assert hue.admin.get(hue.at(f"/people/{person.id}")).ok()["status"] == "active"
    Api().post(hue.at("/sessions/activation"), {"login": "CB1", "code": slip}).refused(410, "code_spent")


def test_asking_says_the_same_to_everyone(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "same@hue.example")
    gone = somebody(hue, "gone@hue.example")
    persons.change(hue.space, gone, gone.deactivated())
    ask(hue, "0")
    answers = []
    for login in ("same@hue.example", "gone@hue.example", "nobody@hue.example", "CB9", "vớ vẩn", "0912345678"):
        with spending() as spent:
            answer = ask(hue, login).ok(202)
        answers.append((answer, spent.last["calls"]))
        spent.within_budget()
    mailbox.deliver(aws)
    assert answers == [answers[0]] * len(answers)
    assert len(mailbox.to("same@hue.example")) == 1
    assert mailbox.to("gone@hue.example") == mailbox.to("nobody@hue.example") == []


def test_a_wrong_code_and_nobodys_are_answered_alike(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "one@hue.example")
    somebody(hue, "two@hue.example")
    code = mailed(hue, aws, "one@hue.example", "one@hue.example")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = []
    for login, typed in (("one@hue.example", wrong), ("two@hue.example", code), ("no@hue.example", code), ("%", code)):
        with spending() as spent:
            problem = enter(hue, login, typed).refused(401, "wrong_code")
        problem.pop("request_id", None)
        answers.append((problem, spent.last["calls"]))
        spent.within_budget()
    assert answers == [answers[0]] * len(answers)
    enter(hue, "one@hue.example", code).ok(200)


def test_a_code_is_good_once_for_ten_minutes_and_five_tries(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "once@hue.example")
    used = mailed(hue, aws, "once@hue.example", "once@hue.example")
    enter(hue, "once@hue.example", used).ok(200)
    enter(hue, "once@hue.example", used).refused(401, "wrong_code")
    late = mailed(hue, aws, "once@hue.example", "once@hue.example")
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 10 * MINUTE_S + 2))
    enter(hue, "once@hue.example", late).refused(401, "wrong_code")
    clock.set_source(lambda: float(start + 40 * MINUTE_S))
    guessed = mailed(hue, aws, "once@hue.example", "once@hue.example")
    for _ in range(5):
        enter(hue, "once@hue.example", f"{(int(guessed) + 1) % 10**6:06d}").refused(401, "wrong_code")
    enter(hue, "once@hue.example", guessed).refused(401, "wrong_code")


def test_a_later_code_takes_the_place_of_an_earlier_one(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "late@hue.example")
    first = mailed(hue, aws, "late@hue.example", "late@hue.example")
    second = mailed(hue, aws, "late@hue.example", "late@hue.example")
    assert first != second
    enter(hue, "late@hue.example", first).refused(401, "wrong_code")
    enter(hue, "late@hue.example", second).ok(200)


def test_of_many_who_use_it_at_once_one_is_in(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "a@hue.example")
    listed(hue, email="b@hue.example")
    for address in ("a@hue.example", "b@hue.example"):
        code = mailed(hue, aws, address, address)
        with ThreadPoolExecutor(4) as pool:
            statuses = [each.status for each in pool.map(partial(enter, hue, address), [code] * 4)]
        assert sorted(statuses) == [200, 401, 401, 401]


def test_whatever_voids_sessions_voids_the_code(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "void@hue.example")
    code = mailed(hue, aws, "void@hue.example", "void@hue.example")
    as_signed_in(hue, "void@hue.example").delete(hue.at("/sessions"), query={"all": "true"}).ok(204)
    enter(hue, "void@hue.example", code).refused(401, "wrong_code")


def test_whoever_is_shut_out_meanwhile_stays_out(hue: OpenedSpace, aws: Cloud) -> None:
    person = somebody(hue, "shut@hue.example")
    code = mailed(hue, aws, "shut@hue.example", "shut@hue.example")
    persons.change(hue.space, person, person.deactivated())
    enter(hue, "shut@hue.example", code).refused(401, "wrong_code")


def test_codes_for_one_login_are_few_in_a_while_and_in_a_day(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "few@hue.example")
    start = clock.epoch_s() // 86_400 * 86_400
    for quarter in range(4):
        clock.set_source(partial(float, start + quarter * 900))
        assert [ask(hue, "few@hue.example").status for _ in range(4)] == [202] * 3 + [429]
    clock.set_source(lambda: float(start + 4 * 900))
    refused = ask(hue, "few@hue.example")
    refused.refused(429, "too_many_tries")
    assert int(refused.headers["retry-after"]) == 86_400 - 4 * 900
    clock.set_source(lambda: float(start + 86_400))
    ask(hue, "few@hue.example").ok(202)


def test_short_messages_of_a_space_are_bounded_and_its_admins_see_why(
    hue: OpenedSpace, aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MESSAGES_A_DAY", 2)
    for number in range(3):
        listed(hue, phone=f"091234568{number}")
        ask(hue, f"091234568{number}").ok(202)
    mailbox.deliver(aws)
    sent = [mailbox.texts(f"+8491234568{number}") for number in range(3)]
    assert sorted(map(len, sent)) == [0, 1, 1]
    failed = [each["error"] for each in hue.admin.get(hue.at("/jobs")).ok()["items"] if each["state"] == "failed"]
    assert [each["code"] for each in failed] == ["too_many_messages"]


def test_the_staff_see_no_difference_between_a_login_and_none(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "known@hue.example")
    for login in ("known@hue.example", "unknown@hue.example"):
        ask(hue, login).ok(202)
    mailbox.deliver(aws)
    jobs = hue.admin.get(hue.at("/jobs")).ok()["items"]
    told = [{name: job[name] for name in job if name not in ("id", "created_at", "updated_at")} for job in jobs]
    assert len(told) == 2
    assert told[0] == told[1]


def test_a_job_that_is_done_twice_sends_the_same_code(hue: OpenedSpace, aws: Cloud) -> None:
    somebody(hue, "twice@hue.example")
    job = Job("01hq3v7k2m8x9d4t6w5z1c", hue.slug, codes.SEND, _asked_by(hue, "twice@hue.example"), {}, 1, "")
    for _ in range(2):
        codes.send(job, Run(job, clock.epoch_ms() + 60_000))
    first, second = mailbox.to("twice@hue.example")
    assert first.subject == second.subject
    enter(hue, "twice@hue.example", first.subject[:6]).ok(200)


@pytest.mark.parametrize("login", ["killed@hue.example", "0912345677"])
def test_killed_at_any_call_the_code_arrives_and_is_one(hue: OpenedSpace, aws: Cloud, login: str) -> None:
    listed(hue, "CB1", email="killed@hue.example", phone="0912345677")
    for call in range(1, 20):
        clock.set_source(partial(float, clock.epoch_s() + 86_400))  # another day, another dozen of codes
        job = queue.enqueue(codes.SEND, hue.slug, _asked_by(hue, login))
        before = len(_arrived(login))
        with killed_at(call) as kill:
            queue.run(hue.slug, job)
        if not kill.happened:
            break
        clock.set_source(partial(float, clock.epoch_s() + 120))
        queue.run(hue.slug, job)
        arrived = _arrived(login)[before:]
        assert len(set(arrived)) == 1, call
        enter(hue, login, arrived[0]).ok(200)
    assert call > 4


def _asked_by(hue: OpenedSpace, login: str) -> dict[str, Any]:
    typed = identifiers.parse(login)
    found = persons.find(hue.space, typed)
    assert found is not None
    return codes.asked_by(found.id, typed)


def _arrived(login: str) -> list[str]:
    if "@" in login:
        return [str(each.subject)[:6] for each in mailbox.to(login)]
    return [text.rpartition("#")[2] for text in mailbox.texts("+84912345677")]


def test_an_identity_number_leads_to_a_code_too(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, national_id="046196012479", email="id@hue.example")
    enter(hue, "046196012479", mailed(hue, aws, "046196012479", "id@hue.example")).ok(200)


def test_signing_in_by_code_keeps_to_its_budget(hue: OpenedSpace, aws: Cloud) -> None:
    person = listed(hue, "CB1", email="all@hue.example", phone="0912345678", national_id="046196012479")
    for calls in (6, 4):
        code = mailed(hue, aws, "CB1", "all@hue.example")
        with spending() as spent:
            enter(hue, "CB1", code).ok(200)
        assert spent.last["calls"] == calls
        spent.within_budget()
    assert persons.find(hue.space, Identifier("email", identifiers.email("all@hue.example"))) is not None
    assert person.status == "invited"
