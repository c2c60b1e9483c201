"""Lock, hide with a reason, reports of abuse, and answers kept ready."""

from __future__ import annotations

import pytest

from tests.emulated import Cloud
from tests.threads.forum import MONDAY, Forum, open_forum, show


@pytest.fixture
def forum(aws: Cloud) -> Forum:
    return open_forum(aws)


def hide(forum: Forum, thread: str, reply: str | None = None, *, hidden: bool = True) -> None:
    body = {"hidden": hidden, "reply": reply} | ({"reason": "Có thông tin cá nhân."} if hidden else {})
    forum.tutor.api.put(forum.at(f"/threads/{thread}/hidden"), body).ok()


def test_a_locked_thread_takes_replies_of_those_who_answer_alone(forum: Forum) -> None:
    thread = forum.ask()["id"]
    address = forum.at(f"/threads/{thread}/locked")
    forum.asker.api.put(address).refused(403)
    for _ in range(2):
        assert forum.tutor.api.put(address).ok()["locked"]
    body = {"body": "Vẫn chưa được."}
    for who in (forum.asker, forum.other):
        who.api.post(forum.at(f"/threads/{thread}/replies"), body).refused(409, "thread_locked")
    forum.asker.api.patch(forum.at(f"/threads/{thread}"), body, headers={"if-match": "*"}).refused(409)
    forum.reply(forum.tutor, thread)
    forum.tutor.api.delete(address).ok(204)
    forum.reply(forum.other, thread)


def test_a_hidden_question_is_as_good_as_missing_to_learners(forum: Forum) -> None:
    secret = "0912 345 678"
    thread = forum.ask(f"Số của em {secret}", body=secret)["id"]
    forum.reply(forum.other, thread, f"Gọi {secret}")
    forum.tutor.api.put(forum.at(f"/threads/{thread}/hidden"), {"hidden": True}).refused(422)
    hide(forum, thread)
    for path in ("", "/replies"):
        forum.other.api.get(forum.at(f"/threads/{thread}{path}")).refused(404)
    forum.other.api.post(forum.at(f"/threads/{thread}/replies"), {"body": "x"}).refused(404)
    forum.other.api.put(forum.at(f"/threads/{thread}/too")).refused(404)
    for who in (forum.asker, forum.other):
        for path, query in (
            ("/threads", {"course": forum.course.id}),
            ("/similar-threads", {"q": "so cua em", "course": forum.course.id}),
        ):
            assert secret not in str(who.api.get(forum.at(path), query=query).text)
    own = forum.asker.api.get(forum.at(f"/threads/{thread}"))
    assert secret not in str(own.text)
    assert own.ok()["hidden_reason"] == "Có thông tin cá nhân."
    assert secret not in str(forum.asker.api.get(forum.at(f"/threads/{thread}/replies")).text)
    assert forum.read(thread, forum.tutor)["body"] == secret


def test_what_is_hidden_waits_for_nobody_and_what_comes_back_does(forum: Forum) -> None:
    thread = forum.ask()["id"]
    hide(forum, thread)
    assert forum.queue(forum.tutor) == []
    show(MONDAY + 3_600)
    hide(forum, thread, hidden=False)
    assert forum.queue(forum.tutor) == [thread]
    assert forum.read(thread, forum.other)["hidden"] is False
    forum.reply(forum.tutor, thread)
    hide(forum, thread)
    hide(forum, thread, hidden=False)
    assert forum.queue(forum.tutor) == []


def test_of_a_hidden_reply_learners_see_that_there_is_one(forum: Forum) -> None:
    thread = forum.ask()["id"]
    reply = forum.reply(forum.other, thread, "Mật khẩu của tôi là 1234")["id"]
    forum.asker.api.put(forum.at(f"/threads/{thread}/accepted"), {"reply": reply}).ok()
    hide(forum, thread, reply)
    assert forum.read(thread)["accepted_reply"] is None
    forum.asker.api.put(forum.at(f"/threads/{thread}/accepted"), {"reply": reply}).refused(409, "post_hidden")
    shown = {}
    for who in (forum.asker, forum.other, forum.tutor):
        (shown[who.id],) = who.api.get(forum.at(f"/threads/{thread}/replies")).ok()["items"]
    assert {each["hidden"] for each in shown.values()} == {True}
    assert (shown[forum.asker.id]["body"], shown[forum.asker.id]["hidden_reason"]) == (None, None)
    assert (shown[forum.other.id]["body"], shown[forum.other.id]["hidden_reason"]) == (None, "Có thông tin cá nhân.")
    assert shown[forum.tutor.id]["body"] == "Mật khẩu của tôi là 1234"
    address = forum.at(f"/threads/{thread}/replies/{reply}")
    forum.other.api.patch(address, {"body": "Khác"}, headers={"if-match": "*"}).refused(409, "post_hidden")
    (own,) = forum.other.api.get(forum.at("/me/posts")).ok()["items"]
    assert own["body"] == "Mật khẩu của tôi là 1234"


def test_reports_are_counted_once_a_person_until_they_are_settled(forum: Forum) -> None:
    thread = forum.ask()["id"]
    reply = forum.reply(forum.other, thread, "Mua hàng đi")["id"]
    address = forum.at(f"/threads/{thread}/reports")
    for who in (forum.asker, forum.asker, forum.tutor):
        who.api.post(address, {"reply": reply, "reason": "Quảng cáo"}).ok(204)
    forum.other.api.post(address, {"reason": "Không rõ ràng"}).ok(204)
    forum.asker.api.get(forum.at("/thread-reports")).refused(403)
    found, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = forum.admin.api.get(forum.at("/thread-reports"), query=query).ok()
        found += [(each["reply"], each["reports"], each["reason"], each["by"]["id"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    expected = [(reply, 2, "Quảng cáo", forum.other.id), (None, 1, "Không rõ ràng", forum.asker.id)]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert forum.tutor.id not in str(forum.admin.api.get(forum.at("/thread-reports")).text)
    hide(forum, thread, hidden=False)
    hide(forum, thread, reply)
    assert forum.admin.api.get(forum.at("/thread-reports")).ok()["items"] == []


def test_answers_are_kept_ready_up_to_two_hundred(forum: Forum) -> None:
    address = forum.at("/canned-answers")
    text = {"title": "Quên mật khẩu", "text": "Chào bạn, hãy chọn Quên mật khẩu."}
    forum.asker.api.get(address).refused(403)
    made = forum.tutor.api.post(address, text, headers={"idempotency-key": "1"}).ok(201)
    assert forum.tutor.api.post(address, text, headers={"idempotency-key": "1"}).ok(201) == made
    edited = forum.admin.api.put(f"{address}/{made['id']}", text | {"title": "Đổi mật khẩu"}).ok()
    assert forum.tutor.api.get(address).ok()["items"] == [edited]
    for place in range(199):
        forum.tutor.api.post(address, text | {"title": f"Mẫu {place}"}).ok(201)
    forum.tutor.api.post(address, text).refused(409, "too_many_canned_answers")
    for _ in range(2):
        forum.tutor.api.delete(f"{address}/{made['id']}").ok(204)
    forum.tutor.api.put(f"{address}/{made['id']}", text).refused(404)
    forum.tutor.api.post(address, text).ok(201)
    forum.tutor.api.post(address, text).refused(409)
