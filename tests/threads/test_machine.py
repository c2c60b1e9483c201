"""Kills at every call, many at once, and what requests spend: with ten replies and with ten thousand."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from chalicelib.http import idempotency
from chalicelib.threads import items, store
from tests.api import Reply
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.learning.test_races import at_once
from tests.spending import spending
from tests.threads.forum import HOUR, MONDAY, Forum, open_forum, show, tick

DAY = 24 * HOUR


@pytest.fixture
def forum(aws: Cloud) -> Forum:
    return open_forum(aws)


def stored(forum: Forum, partition: str) -> list[dict[str, Any]]:
    return store.table(forum.space.space).query_all(partition, consistent=True)


@pytest.mark.parametrize("call", range(1, 14))
def test_a_question_is_asked_once_wherever_the_first_try_died(aws: Cloud, call: int) -> None:
    forum = open_forum(aws)
    body = {"title": "Làm sao đổi mật khẩu?", "body": "Em quên.", "course": forum.course.id, "lesson": "1"}

    def ask() -> Reply:
        return forum.asker.api.post(forum.at("/threads"), body, headers={"idempotency-key": "mot"})

    with killed_at(call):
        ask()
    show(MONDAY + idempotency.LEASE_S + 1)
    thread = ask().ok(201)["id"]
    aws.drain()
    listed = forum.asker.api.get(forum.at("/threads"), query={"course": forum.course.id}).ok()["items"]
    assert [each["id"] for each in listed] == forum.queue(forum.tutor) == forum.queue(forum.admin, "all") == [thread]
    assert forum.tutor.kinds() == ["thread.asked"]
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["asked"] == 1
    assert len(forum.asker.api.get(forum.at("/me/posts")).ok()["items"]) == 1


@pytest.mark.parametrize("call", range(1, 11))
def test_a_reply_is_written_and_its_time_counted_once_wherever_the_first_try_died(aws: Cloud, call: int) -> None:
    forum = open_forum(aws)
    thread = forum.ask()["id"]
    address = forum.at(f"/threads/{thread}/replies")

    def reply() -> Reply:
        headers = {"idempotency-key": "mot"}
        return forum.tutor.api.post(address, {"body": "Bạn chọn Quên mật khẩu."}, headers=headers)

    with killed_at(call):
        reply()
    show(MONDAY + HOUR)
    made = reply().ok(201)
    aws.drain()
    listed = forum.asker.api.get(address).ok()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert forum.read(thread)["replies"] == 1
    assert forum.asker.kinds() == ["thread.replied"]
    assert forum.queue(forum.tutor) == []
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["answered"] == 1


@pytest.mark.parametrize("call", range(1, 12))
def test_climbing_goes_on_wherever_it_died(aws: Cloud, call: int) -> None:
    forum = open_forum(aws)
    thread = forum.ask()["id"]
    aws.drain()
    hour = MONDAY + 3 * DAY + 2 * call * HOUR  # each hour is surveyed once in an account, and the tests share one
    show(hour - HOUR)
    with killed_at(call):
        tick(aws, hour - HOUR)
    for later in (0, 300, 600):
        tick(aws, hour + later)
    assert forum.queue(forum.admin, "overdue") == [thread]
    assert forum.admin.kinds() == ["thread.overdue"]
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["overdue"] == 1


def test_of_many_answers_at_once_all_are_there_and_one_is_the_first(forum: Forum) -> None:
    thread = forum.ask()["id"]
    address = forum.at(f"/threads/{thread}/replies")
    answers = at_once([partial(who.api.post, address, {"body": "Trả lời"}) for who in (forum.tutor, forum.admin) * 3])
    statuses = Counter(each.status for each in answers)
    assert set(statuses) <= {201, 503}
    assert statuses[201] >= 1
    assert forum.read(thread)["replies"] == statuses[201]
    assert len(forum.asker.api.get(address).ok()["items"]) == statuses[201]
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["answered"] == 1
    assert forum.queue(forum.tutor) == []


def test_of_two_edits_at_once_one_is_told_that_it_is_stale(forum: Forum) -> None:
    thread = forum.ask()["id"]
    edit = partial(forum.asker.api.patch, forum.at(f"/threads/{thread}"), headers={"if-match": '"1"'})
    answers = at_once([partial(edit, {"body": str(place)}) for place in range(4)])
    assert sorted(each.status for each in answers) == [200, 412, 412, 412]
    assert len(forum.asker.api.get(forum.at(f"/threads/{thread}/versions")).ok()["items"]) == 1


def test_many_who_have_it_too_at_once_are_counted_once_each(forum: Forum) -> None:
    thread = forum.ask()["id"]
    people = (forum.asker, forum.other, forum.tutor)
    at_once([partial(each.api.put, forum.at(f"/threads/{thread}/too")) for each in people for _ in range(3)])
    for each in people:
        each.api.put(forum.at(f"/threads/{thread}/too")).ok(204)
    assert forum.read(thread)["too"] == 3


@pytest.mark.parametrize("replies", [10, 10_000])
def test_what_requests_spend_does_not_grow_with_the_thread(aws: Cloud, forum: Forum, replies: int) -> None:
    thread = forum.ask()["id"]
    fill(forum, thread, replies)
    address = forum.at(f"/threads/{thread}")
    forum.read(thread)
    warm = forum.ask("Câu hỏi khác", lesson="1")["id"]
    with spending() as spent:
        forum.read(thread)
        page = forum.asker.api.get(f"{address}/replies").ok()
        forum.asker.api.get(f"{address}/replies", query={"cursor": page["next"]} if page["next"] else {}).ok()
        forum.ask("Một câu hỏi khác nữa", lesson="1", mentions=[forum.tutor.id])
        forum.reply(forum.other, thread)
        made = forum.reply(forum.tutor, thread)["id"]
        forum.asker.api.put(f"{address}/accepted", {"reply": made}).ok()
        forum.asker.api.delete(f"{address}/accepted").ok(204)
        forum.other.api.put(f"{address}/too").ok(204)
        forum.other.api.delete(f"{address}/too").ok(204)
        forum.asker.api.patch(address, {"body": "Mới"}, headers={"if-match": "*"}).ok()
        forum.asker.api.get(f"{address}/versions").ok()
        forum.asker.api.post(f"{address}/reports", {"reply": made, "reason": "Quảng cáo"}).ok(204)
        forum.tutor.api.put(f"{address}/locked").ok()
        forum.tutor.api.delete(f"{address}/locked").ok(204)
        forum.tutor.api.put(f"{address}/hidden", {"reply": made, "hidden": True, "reason": "Quảng cáo"}).ok()
        forum.admin.api.put(forum.at(f"/threads/{warm}/owner"), {"person": forum.admin.id}).ok()
        forum.admin.api.get(forum.at("/thread-reports")).ok()
        forum.admin.api.get(forum.at("/thread-times")).ok()
        forum.asker.api.get(forum.at("/threads"), query={"course": forum.course.id}).ok()
        forum.asker.api.get(forum.at("/me/posts")).ok()
        query = {"q": "câu hỏi khác nữa", "course": forum.course.id}
        forum.asker.api.get(forum.at("/similar-threads"), query=query).ok()
        forum.queue(forum.tutor)
    spent.within_budget()


def fill(forum: Forum, thread: str, replies: int) -> None:
    """So many replies, straight into the table."""
    table, base = store.table(forum.space.space), int(MONDAY * 1000)
    written = {"body": "Em cũng gặp lỗi này.", "files": [], "to": []}
    table.put_all(
        items.new_post(
            items.reply_key(thread, items.reply_id(base + place, f"{place:022d}")), forum.other.id, base, False, written
        )
        for place in range(replies)
    )
    table.update(*items.thread_key(thread), "ADD n :n", {":n": replies})
