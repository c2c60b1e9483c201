"""Announcements: whom they reach, each once, stopped when asked to, and no more than a space may make."""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.jobs import queue
from chalicelib.notifications import announcing
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.learning.courses import publish
from tests.notifications.telling import inbox, signed_in, somebody

TEXT = {"title": "Tuần lễ kỹ năng số", "text": "Từ thứ Hai, mọi người học khoá An toàn trên mạng.\n\nXin cảm ơn!"}
EVERYONE = {"kind": "everyone"}


def announce(space: OpenedSpace, to: dict[str, Any] = EVERYONE, **other: Any) -> dict[str, Any]:
    made: dict[str, Any] = space.admin.post(space.at("/announcements"), {**TEXT, "to": to, **other}).ok(202)
    return made


def told(space: OpenedSpace, *people: Any) -> list[int]:
    return [len(inbox(space, each)) for each in people]


def test_everyone_is_told_but_who_is_shut_out(aws: Cloud) -> None:
    space = open_space()
    one, two, gone = somebody(space, "an"), somebody(space, "binh"), somebody(space, "chi", deactivated=True)
    made = announce(space)
    aws.drain()
    assert told(space, one, two, gone) == [1, 1, 0]
    assert space.admin.get(space.at(f"/announcements/{made['id']}")).ok() == made | {"state": "done", "told": 2}
    job = space.admin.get(space.at(f"/jobs/{made['id']}")).ok()
    assert (job["state"], job["result"]) == ("done", {"told": 2})


def test_an_audience_is_told_and_nobody_else(aws: Cloud) -> None:
    space = open_space()
    student, worker = somebody(space, "an", audiences=["students"]), somebody(space, "binh", audiences=["workers"])
    to = {"kind": "audience", "id": "students"}
    preview = space.admin.post(space.at("/announcements/preview"), {"to": to}).ok(200)
    assert preview == {"people": 1, "more": False}
    announce(space, to)
    aws.drain()
    assert told(space, student, worker) == [1, 0]


def test_a_courses_learners_are_told_but_who_has_left(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    active, done, left, never = (somebody(space, name) for name in ("an", "binh", "chi", "dung"))
    for each in (active, done, left):
        signed_in(space, each).put(space.at(f"/me/enrolments/{course}")).ok()
    signed_in(space, done).put(space.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    signed_in(space, left).delete(space.at(f"/me/enrolments/{course}")).ok()
    to = {"kind": "course", "id": course}
    assert space.admin.post(space.at("/announcements/preview"), {"to": to}).ok(200)["people"] == 2
    announce(space, to)
    aws.drain()
    assert told(space, active, done, left, never) == [1, 1, 0, 0]


def test_whom_nobody_knows_is_refused(aws: Cloud) -> None:
    space = open_space()
    for path in ("/announcements", "/announcements/preview"):
        body = TEXT if path == "/announcements" else {}
        for to in ({"kind": "audience", "id": "nobody"}, {"kind": "course", "id": ids.new()}):
            space.admin.post(space.at(path), {**body, "to": to}).refused(422)
        for unclear in ({"kind": "audience"}, {"kind": "everyone", "id": "students"}, {"kind": "all"}):
            space.admin.post(space.at(path), {**body, "to": unclear}).refused(422)


def test_its_whole_text_is_for_those_who_were_told(aws: Cloud) -> None:
    space = open_space()
    student, worker = somebody(space, "an", audiences=["students"]), somebody(space, "binh", audiences=["workers"])
    hostile = {"title": "<b>{excerpt}</b>", "text": "<script>alert(1)</script>\n" + "x" * 3_000}
    made = announce(space, {"kind": "audience", "id": "students"}, **hostile)
    aws.drain()
    (note,) = inbox(space, student)
    assert note["title"] == "<b>{excerpt}</b>"
    assert note["text"].startswith("<script>alert(1)</script> xxx")
    assert note["link"].endswith(f"/announcements/{made['id']}")
    address = space.at(f"/me/announcements/{made['id']}")
    mine = signed_in(space, student).get(address).ok()
    assert (mine["title"], mine["text"]) == (hostile["title"], hostile["text"])
    signed_in(space, worker).get(address).refused(404)
    signed_in(space, student).get(space.at(f"/me/announcements/{ids.new()}")).refused(404)


def test_killed_at_any_call_everyone_is_told_once(aws: Cloud) -> None:
    space = open_space()
    people = [somebody(space, name) for name in ("an", "binh", "chi")]
    happened, call = True, 0
    while happened:
        call += 1
        made = announce(space)
        with killed_at(call) as kill:
            queue.run(space.slug, made["id"])
        happened = kill.happened
        _later(call)
        queue.run(space.slug, made["id"])
        assert told(space, *people) == [call] * 3, call
        assert space.admin.get(space.at(f"/announcements/{made['id']}")).ok()["state"] == "done", call
        if call == announcing.MOST_A_DAY:
            break
    assert call > 8


def _later(call: int) -> None:
    from chalicelib import clock

    moment = clock.epoch_s() + 61 + call
    clock.set_source(lambda: moment)


def test_asked_for_again_it_goes_on_where_a_process_died(aws: Cloud) -> None:
    space, happened, call = open_space(), True, 0
    who = somebody(space, "an")
    while happened:
        call += 1
        headers = {"idempotency-key": f"k{call}"}
        with killed_at(call) as kill:
            space.admin.post(space.at("/announcements"), {**TEXT, "to": EVERYONE}, headers=headers)
        happened = kill.happened
        again = space.admin.post(space.at("/announcements"), {**TEXT, "to": EVERYONE}, headers=headers)
        if again.status == 409:  # the first is still thought to be at it
            _later(60)
            again = space.admin.post(space.at("/announcements"), {**TEXT, "to": EVERYONE}, headers=headers)
        again.ok(202)
        aws.drain()
        assert told(space, who) == [call], call


def test_one_that_is_stopped_tells_nobody_more(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    made = announce(space)
    address = space.at(f"/announcements/{made['id']}/cancel")
    for _ in range(2):
        assert space.admin.post(address).ok(200)["state"] == "cancelled"
    aws.drain()
    assert told(space, who) == [0]
    done = announce(space)
    aws.drain()
    space.admin.post(space.at(f"/announcements/{done['id']}/cancel")).refused(409, "announcement_ended")
    space.admin.post(space.at(f"/announcements/{ids.new()}/cancel")).refused(404)
    listed = space.admin.get(space.at("/announcements")).ok()["items"]
    assert [(each["id"], each["state"]) for each in listed] == [(done["id"], "done"), (made["id"], "cancelled")]


def test_a_space_announces_twenty_times_a_day(aws: Cloud) -> None:
    space = open_space()
    for _ in range(announcing.MOST_A_DAY):
        announce(space)
    space.admin.post(space.at("/announcements"), {**TEXT, "to": EVERYONE}).refused(429, "too_many_announcements")
    _later(24 * 3600)
    announce(space)


def test_who_announced_what_is_written_down(aws: Cloud) -> None:
    space = open_space()
    announce(space)
    entry = space.admin.get(space.at("/audit")).ok()["items"][0]
    assert entry["operation"] == "make_announcement"
    assert TEXT["title"] in str(entry)


def test_anothers_space_is_told_nothing(aws: Cloud) -> None:
    hue, hanoi = open_space(), open_space()
    here, there = somebody(hue, "an"), somebody(hanoi, "binh")
    made = announce(hue)
    aws.drain()
    assert (told(hue, here), told(hanoi, there)) == ([1], [0])
    hanoi.admin.get(hanoi.at(f"/announcements/{made['id']}")).refused(404)
