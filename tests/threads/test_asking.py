"""Questions and replies: where they stand, who sees what of them, and what becomes of what was written."""

from __future__ import annotations

import base64

import pytest
import requests

from chalicelib import ids
from tests.courses.writing import uploaded
from tests.emulated import Cloud
from tests.factories import open_space
from tests.pictures import jpeg, png
from tests.threads.forum import MONDAY, Forum, open_forum, show, somebody


@pytest.fixture
def forum(aws: Cloud) -> Forum:
    return open_forum(aws)


def titles(forum: Forum, **query: str) -> list[str]:
    found = forum.other.api.get(forum.at("/threads"), query=query).ok()["items"]
    return [each["title"] for each in found]


def test_a_question_stands_at_its_place_and_the_last_active_comes_first(forum: Forum) -> None:
    first = forum.ask("Câu một", lesson="1")["id"]
    show(MONDAY + 60)
    forum.ask("Câu hai")
    forum.ask("Câu của không gian", course=None)
    assert titles(forum, course=forum.course.id) == ["Câu hai", "Câu một"]
    assert titles(forum) == ["Câu của không gian"]
    assert titles(forum, course=forum.course.id, lesson="1") == ["Câu một"]
    show(MONDAY + 120)
    forum.reply(forum.other, first)
    assert titles(forum, course=forum.course.id) == ["Câu một", "Câu hai"]
    assert forum.read(first)["replies"] == 1


def test_lists_are_paged_without_loss_or_repetition(forum: Forum) -> None:
    asked = []
    for place in range(5):
        show(MONDAY + place)
        asked.append(forum.ask(f"Câu hỏi {place}", who=forum.asker)["id"])
    for path, query in (("/threads", {"course": forum.course.id}), ("/thread-queue", {"of": "all"})):
        seen, cursor = [], None
        while True:
            more: dict[str, str] = {"cursor": cursor} if cursor else {}
            page = forum.tutor.api.get(forum.at(path), query={"limit": "2", **query, **more}).ok()
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert sorted(seen) == sorted(asked)
        assert len(seen) == 5


def test_replies_are_paged_in_the_order_of_time(forum: Forum) -> None:
    thread = forum.ask()["id"]
    for place in range(5):
        show(MONDAY + place)
        forum.reply(forum.other, thread, f"Trả lời {place}")
    first = forum.asker.api.get(forum.at(f"/threads/{thread}/replies"), query={"limit": 3}).ok()
    query = {"limit": 3, "cursor": first["next"]}
    second = forum.asker.api.get(forum.at(f"/threads/{thread}/replies"), query=query).ok()
    assert [each["body"] for each in first["items"] + second["items"]] == [f"Trả lời {each}" for each in range(5)]
    assert second["next"] is None


def test_what_is_not_there_is_refused(forum: Forum) -> None:
    body = {"title": "Câu hỏi", "body": "Nội dung"}
    forum.asker.api.post(forum.at("/threads"), body | {"course": ids.new()}).refused(422)
    forum.asker.api.post(forum.at("/threads"), body | {"course": forum.course.id, "lesson": "zz"}).refused(404)
    forum.asker.api.post(forum.at("/threads"), body | {"lesson": "1"}).refused(422)
    forum.asker.api.post(forum.at("/threads"), body | {"mentions": [forum.other.id]}).refused(422)
    forum.asker.api.post(forum.at("/threads"), body | {"files": [ids.new()]}).refused(422)
    forum.asker.api.post(forum.at(f"/threads/{ids.new()}/replies"), {"body": "x"}).refused(404)


def test_an_archived_course_takes_no_new_questions_and_its_old_ones_are_still_answered(forum: Forum) -> None:
    thread = forum.ask()["id"]
    forum.space.author.post(forum.course.at("/archive")).ok()
    body = {"title": "Câu hỏi", "body": "Nội dung", "course": forum.course.id}
    refused = forum.asker.api.post(forum.at("/threads"), body).refused(422)
    assert refused["errors"][0]["code"] == "unknown_course"
    forum.reply(forum.tutor, thread)
    assert forum.read(thread)["answered"]


def test_having_it_too_is_counted_once_a_person(forum: Forum) -> None:
    thread = forum.ask()["id"]
    address = forum.at(f"/threads/{thread}/too")
    for _ in range(3):
        forum.other.api.put(address).ok(204)
    forum.tutor.api.put(address).ok(204)
    assert (forum.read(thread)["too"], forum.read(thread, forum.other)["same"]) == (2, True)
    for _ in range(2):
        forum.other.api.delete(address).ok(204)
    assert (forum.read(thread)["too"], forum.read(thread, forum.other)["same"]) == (1, False)
    forum.other.api.put(forum.at(f"/threads/{ids.new()}/too")).refused(404)


def test_an_edit_needs_the_state_it_was_made_from_and_keeps_what_was(forum: Forum) -> None:
    thread = forum.ask()["id"]
    address = forum.at(f"/threads/{thread}")
    forum.asker.api.patch(address, {"body": "Mới"}).refused(428)
    edited = forum.asker.api.patch(address, {"body": "Mới"}, headers={"if-match": '"1"'})
    assert edited.ok()["body"] == "Mới"
    assert edited.headers["etag"] == '"2"'
    forum.asker.api.patch(address, {"body": "Cũ hơn"}, headers={"if-match": '"1"'}).refused(412)
    for other in (forum.other, forum.tutor):
        other.api.patch(address, {"body": "Của người khác"}, headers={"if-match": "*"}).refused(403)
    was = forum.asker.api.get(f"{address}/versions").ok()["items"]
    assert [(each["version"], each["body"]) for each in was] == [(1, "Em quên mật khẩu cũ.")]
    forum.other.api.get(f"{address}/versions").refused(404)
    assert forum.tutor.api.get(f"{address}/versions").ok()["items"] == was


def test_the_last_twenty_versions_of_a_reply_are_kept(forum: Forum) -> None:
    thread = forum.ask()["id"]
    reply = forum.reply(forum.other, thread, "0")["id"]
    address = forum.at(f"/threads/{thread}/replies/{reply}")
    for place in range(1, 24):
        forum.other.api.patch(address, {"body": str(place)}, headers={"if-match": f'"{place}"'}).ok()
    was = forum.other.api.get(forum.at(f"/threads/{thread}/versions"), query={"reply": reply}).ok()["items"]
    assert [each["body"] for each in was] == [str(each) for each in range(22, 2, -1)]


@pytest.mark.parametrize(
    ("names", "shown"), [("full", "Phạm Thị Bích Ngọc"), ("first", "Ngọc"), ("initials", "P.T.B.N.")]
)
def test_people_are_named_as_the_space_decides_and_tutors_in_full(aws: Cloud, names: str, shown: str) -> None:
    forum = open_forum(aws, names=names)
    thread = forum.ask(who=forum.other)["id"]
    forum.reply(forum.tutor, thread)
    by = forum.read(thread)["by"]
    assert by == {"name": shown, "staff": False, "mine": False, "id": None}
    assert forum.read(thread, forum.tutor)["by"]["name"] == "Phạm Thị Bích Ngọc"
    assert forum.read(thread, forum.tutor)["by"]["id"] == forum.other.id
    (reply,) = forum.asker.api.get(forum.at(f"/threads/{thread}/replies")).ok()["items"]
    assert (reply["by"]["name"], reply["by"]["staff"]) == ("Trần Văn Bình", True)
    address = forum.at(f"/people/{forum.other.id}")
    etag = forum.space.admin.get(address).headers["etag"]
    forum.space.admin.patch(address, {"roles": ["author", "learner"]}, headers={"if-match": etag}).ok()
    assert forum.read(thread)["by"] == by, "a role that came later unmasks nobody"


def test_who_writes_too_much_in_an_hour_waits_for_the_next(aws: Cloud) -> None:
    forum = open_forum(aws, questions_an_hour=2, replies_an_hour=2)
    thread = forum.ask("Câu một")["id"]
    forum.ask("Câu hai")
    body = {"title": "Câu ba", "body": "Nội dung"}
    refused = forum.asker.api.post(forum.at("/threads"), body)
    refused.refused(429, "too_many_posts")
    assert refused.headers["retry-after"] == "3600"
    for _ in range(2):
        forum.reply(forum.other, thread)
    forum.other.api.post(forum.at(f"/threads/{thread}/replies"), {"body": "Nữa"}).refused(429)
    assert forum.read(thread)["replies"] == 2
    for _ in range(3):
        forum.reply(forum.tutor, thread)
    show(MONDAY + 3_600)
    forum.asker.api.post(forum.at("/threads"), body).ok(201)


def test_who_changes_or_marks_too_much_in_an_hour_waits_for_the_next(aws: Cloud) -> None:
    forum = open_forum(aws, replies_an_hour=2)
    thread = forum.ask()["id"]
    address, too = forum.at(f"/threads/{thread}"), forum.at(f"/threads/{thread}/too")
    for place in "12":
        forum.asker.api.patch(address, {"body": place}, headers={"if-match": "*"}).ok()
    refused = forum.asker.api.patch(address, {"body": "3"}, headers={"if-match": "*"})
    refused.refused(429, "too_many_posts")
    assert refused.headers["retry-after"] == "3600"
    assert [each["body"] for each in forum.asker.api.get(f"{address}/versions").ok()["items"]] == [
        "1",
        "Em quên mật khẩu cũ.",
    ]
    for _ in range(3):
        forum.other.api.put(too).ok(204)  # what stands already is counted neither way
    forum.other.api.delete(too).ok(204)
    forum.other.api.put(too).refused(429, "too_many_posts")
    assert forum.read(thread)["too"] == 0
    show(MONDAY + 3_600)
    forum.other.api.put(too).ok(204)
    forum.asker.api.patch(address, {"body": "3"}, headers={"if-match": "*"}).ok()


def test_a_picture_is_attached_by_whoever_uploaded_it(forum: Forum) -> None:
    content = jpeg()
    assert b"Exif" in content
    new = {"name": "Nhà riêng 16.4637,107.5909.jpg", "content_type": "image/jpeg", "size": len(content)}
    made = forum.asker.api.post(forum.at("/thread-files"), new).ok(201)
    form = made["upload"]
    done = forum.at(f"/thread-files/{made['id']}/completion")
    forum.asker.api.post(done).refused(409, "not_uploaded")
    assert requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=10).status_code < 300
    forum.other.api.post(done).refused(404)
    completed = forum.asker.api.post(done).ok(200)
    assert (completed["name"], completed["size"] < len(content)) == ("anh-1.jpg", True)
    body = {"title": "Câu hỏi", "body": "Xem ảnh", "files": [made["id"]]}
    forum.other.api.post(forum.at("/threads"), body).refused(422)
    (file,) = forum.asker.api.post(forum.at("/threads"), body).ok(201)["files"]
    assert (file["id"], file["name"]) == (made["id"], "anh-1.jpg")
    sent = requests.get(file["url"], timeout=10)
    assert (sent.headers["content-type"], b"Exif" in sent.content) == ("image/jpeg", False)
    assert sent.content.startswith(b"\xff\xd8")
    assert sent.content.endswith(b"\xff\xd9")


def test_a_picture_that_cannot_be_read_is_refused_and_a_threads_is_nobody_elses(forum: Forum) -> None:
    content = png()[:-12]
    new = {"content_type": "image/png", "size": len(content)}
    made = forum.asker.api.post(forum.at("/thread-files"), new).ok(201)
    form, done = made["upload"], forum.at(f"/thread-files/{made['id']}/completion")
    assert requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=10).status_code < 300
    forum.asker.api.post(done).refused(422, "file_refused")
    forum.asker.api.post(done).refused(404)
    lessons = uploaded(forum.space, "image/png", png())
    body = {"title": "Câu hỏi", "body": "Xem ảnh", "files": [lessons]}
    author = somebody(forum.space, "Đỗ Soạn", ["author"])
    author.api.post(forum.at("/threads"), body).refused(422)
    of_threads = uploaded(forum.space, "image/png", png(), purpose="thread")
    forum.space.author.post(forum.at("/courses"), {"title": "Khoá", "cover": of_threads}).refused(422)
    forum.space.author.post(forum.at("/courses"), {"title": "Khoá", "cover": lessons}).ok(201)


def test_one_space_sees_nothing_of_anothers(forum: Forum) -> None:
    thread = forum.ask()["id"]
    other = open_space()
    stranger = somebody(other, "Người lạ", ["tutor"])
    stranger.api.get(other.at(f"/threads/{thread}")).refused(404)
    stranger.api.get(forum.at(f"/threads/{thread}")).refused(401)
    assert stranger.api.get(other.at("/threads")).ok()["items"] == []


def test_all_that_one_wrote_is_found_again(forum: Forum) -> None:
    thread = forum.ask()["id"]
    forum.reply(forum.other, thread, "Tôi cũng vậy.")
    forum.other.api.put(forum.at(f"/threads/{thread}/too")).ok(204)
    (post,) = forum.other.api.get(forum.at("/me/posts")).ok()["items"]
    assert (post["thread"], post["body"], post["title"]) == (thread, "Tôi cũng vậy.", None)
    (asked,) = forum.asker.api.get(forum.at("/me/posts")).ok()["items"]
    assert (asked["reply"], asked["title"]) == (None, "Làm sao đổi mật khẩu?")
    records = forum.other.api.get(forum.at("/me/data/records"), query={"part": "learning"}).ok()["items"]
    kinds = {each["kind"] for each in records}
    assert {"post", "same_question", "pace_of_writing"} <= kinds


def test_hostile_text_stays_text_and_is_bounded(forum: Forum) -> None:
    title = "<script>alert(1)</script>\u202e {0.__class__}"
    thread = forum.ask(title, body="a" * 4_000)
    assert thread["title"] == "<script>alert(1)</script> {0.__class__}"
    assert len(base64.b64encode(thread["body"].encode())) > 4_000
    forum.asker.api.post(forum.at("/threads"), {"title": "Dài", "body": "a" * 4_001}).refused(422)
