"""What people ask to be done with their data: terms, one answer, mails, kills, and in which order admins see them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.people.person import Person
from tests.api import Api, Reply
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity import mailbox
from tests.identity.people import somebody

TUESDAY = 1_795_485_600  # 2026-11-24, 09:00 in Vietnam
DAY_S = 86_400


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    clock.set_source(lambda: float(TUESDAY))
    return open_space()


def at_day(days: int) -> None:
    """It is so many days after that Tuesday."""
    clock.set_source(lambda: float(TUESDAY + days * DAY_S + time.time() % 1))


def ask(hue: OpenedSpace, person: Person, kind: str = "correct", text: str = "Ngày sinh sai", **more: Any) -> Reply:
    return token_for(hue, ["learner"], person.id).post(hue.at("/me/requests"), {"kind": kind, "text": text}, **more)


def answer(hue: OpenedSpace, person: Person, request: str, state: str, text: str = "") -> Reply:
    at = hue.at(f"/people/{person.id}/data-requests/{request}")
    return hue.admin.patch(at, {"state": state, "answer": text})


def listed(hue: OpenedSpace, limit: int = 100, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit, "state": state}
    while True:
        page = hue.admin.get(hue.at("/data-requests"), query=query).ok()
        found += page["items"]
        if not page["next"]:
            return found
        query["cursor"] = page["next"]


def test_a_request_has_its_terms_and_is_answered_once(aws: Cloud, hue: OpenedSpace) -> None:
    an = somebody(hue, "once@hue.example")
    made = ask(hue, an).ok(201)
    assert (made["state"], made["acknowledge_by"], made["due"]) == ("received", "2026-11-26", "2026-12-04")
    assert answer(hue, an, made["id"], "acknowledged").ok()["acknowledged_at"]
    answer(hue, an, made["id"], "refused").refused(422)
    done = answer(hue, an, made["id"], "fulfilled", "Đã sửa.").ok()
    assert (done["state"], done["answer"], done["overdue"]) == ("fulfilled", "Đã sửa.", False)
    assert answer(hue, an, made["id"], "fulfilled", "Đã sửa.").ok() == done
    answer(hue, an, made["id"], "refused", "Không").refused(409, "already_answered")
    answer(hue, an, made["id"], "acknowledged").refused(409, "already_answered")
    aws.drain()
    subjects = [message.body for message in mailbox.to("once@hue.example")]
    assert len(subjects) == 3
    assert "26/11/2026" in subjects[0]
    assert "Đã sửa." in subjects[2]
    mine = token_for(hue, ["learner"], an.id).get(hue.at("/me/requests")).ok()["items"]
    assert [each["state"] for each in mine] == ["fulfilled"]
    assert listed(hue) == []
    assert [each["id"] for each in listed(hue, state="answered")] == [made["id"]]


def test_one_of_a_kind_is_open_at_a_time(hue: OpenedSpace) -> None:
    an = somebody(hue)
    made = ask(hue, an, headers={"idempotency-key": "1"}).ok(201)
    assert ask(hue, an, headers={"idempotency-key": "1"}).ok()["id"] == made["id"]
    ask(hue, an).refused(409, "request_open")
    ask(hue, an, "delete").ok(201)
    answer(hue, an, made["id"], "fulfilled").ok()
    ask(hue, an).ok(201)
    ask(hue, an, "forget").refused(422)
    ask(hue, an, text=" ").refused(422)


def test_two_who_ask_or_answer_at_once_do_so_once(aws: Cloud, hue: OpenedSpace) -> None:
    an = somebody(hue)
    ask(hue, an, "object").ok(201)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(reply.status for reply in pool.map(lambda _: ask(hue, an), range(2))) == [201, 409]
    made = next(each for each in listed(hue) if each["kind"] == "correct")
    with ThreadPoolExecutor(2) as pool:
        replies = pool.map(lambda state: answer(hue, an, made["id"], state, "Vì").status, ["fulfilled", "refused"])
        assert sorted(replies) == [200, 409]


def test_the_overdue_come_first_and_then_the_newest(hue: OpenedSpace) -> None:
    people = [somebody(hue, f"p{number}@hue.example", name=f"Người {number}") for number in range(5)]
    for number, person in enumerate(people):
        at_day(number * 7)
        made = ask(hue, person, "delete").ok(201)
        if number == 1:
            answer(hue, person, made["id"], "acknowledged").ok()
    at_day(28)  # the last was made today, the one before a week ago: unacknowledged since
    expected = [("Người 0", True), ("Người 1", True), ("Người 2", True), ("Người 3", True), ("Người 4", False)]
    for limit in (1, 2, 4, 100):
        shown = [(each["name"], each["overdue"]) for each in listed(hue, limit)]
        assert sorted(shown) == expected
        assert shown[-1] == ("Người 4", False)
    somebody_new = somebody(hue, "moi@hue.example", name="Người mới")
    at_day(29)
    ask(hue, somebody_new).ok(201)
    assert [each["name"] for each in listed(hue, 1)][-2:] == ["Người mới", "Người 4"]


@pytest.mark.parametrize("calls", range(1, 8))
def test_killed_anywhere_and_repeated_it_is_answered_and_told_once(calls: int, aws: Cloud, hue: OpenedSpace) -> None:
    login = f"killed{calls}@hue.example"
    an = somebody(hue, login)
    made = ask(hue, an).ok(201)
    aws.drain()
    with killed_after(calls):
        answer(hue, an, made["id"], "fulfilled", "Xong")
    assert answer(hue, an, made["id"], "fulfilled", "Xong").ok()["state"] == "fulfilled"
    aws.drain()
    assert len(mailbox.to(login)) == 2


def test_others_may_not(hue: OpenedSpace) -> None:
    an = somebody(hue)
    made = ask(hue, an).ok(201)
    hue.tutor.get(hue.at("/data-requests")).refused(403)
    hue.tutor.patch(hue.at(f"/people/{an.id}/data-requests/{made['id']}"), {"state": "fulfilled"}).refused(403)
    answer(hue, somebody(hue, "b@hue.example"), made["id"], "fulfilled").refused(404)
    Api().post(hue.at("/me/requests"), {"kind": "delete", "text": "x"}).refused(401)
    hue.learner.post(hue.at("/me/requests"), {"kind": "delete", "text": "x"}).refused(404)
