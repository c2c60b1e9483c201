"""No question unanswered: whose it is, by when, what happens then, and how long answers take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock, working_days
from chalicelib.http import idempotency
from chalicelib.people import persons
from chalicelib.threads import times
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import published_course
from tests.threads.forum import HOUR, MONDAY, Forum, Somebody, open_forum, show, somebody, tick

DAY = 24 * HOUR


@pytest.fixture
def forum(aws: Cloud) -> Forum:
    return open_forum(aws)


def test_it_is_due_after_24_working_hours_unless_the_space_says_otherwise(aws: Cloud, forum: Forum) -> None:
    assert forum.ask()["due_at"] == "2026-11-26T02:00:00Z"  # Thursday, nine o'clock
    quick = open_forum(aws, answer_within=8)
    assert quick.ask()["due_at"] == "2026-11-24T02:00:00Z"


def test_tutors_take_turns_and_their_queue_is_in_the_order_of_what_is_due(forum: Forum) -> None:
    second = somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    asked = []
    for place in range(4):
        show(MONDAY + place)
        asked.append(forum.ask(f"Câu hỏi {place}")["id"])
    first_queue, second_queue = forum.queue(forum.tutor), forum.queue(second)
    assert sorted(first_queue + second_queue) == sorted(asked)
    assert len(first_queue) == len(second_queue) == 2
    assert [each for each in asked if each in first_queue] == first_queue
    assert forum.queue(forum.admin, "all") == asked


def test_a_courses_own_tutors_answer_and_nobody_else(forum: Forum) -> None:
    author = somebody(forum.space, "Hoàng Soạn", ["author"])
    address = forum.course.at("/tutors")
    forum.space.author.put(address, {"people": [forum.other.id]}).refused(422)
    chosen = forum.space.author.put(address, {"people": [author.id]}).ok()["items"]
    assert chosen == forum.asker.api.get(address).ok()["items"] == [{"id": author.id, "name": "Hoàng Soạn"}]
    thread = forum.ask()["id"]
    assert forum.queue(author) == [thread]
    assert forum.queue(forum.tutor) == []


def test_without_tutors_it_is_an_admins_and_who_left_answers_nothing(forum: Forum) -> None:
    tutor = persons.get(forum.space.space, forum.tutor.id)
    persons.change(forum.space.space, tutor, tutor.deactivated())
    thread = forum.ask()["id"]
    assert forum.queue(forum.admin) == [thread]


def leave(forum: Forum, who: Somebody, **change: Any) -> None:
    """An admin changes somebody so, and what follows is done; and again once all containers know it."""
    address = forum.at(f"/people/{who.id}")
    etag = forum.admin.api.get(address).headers["etag"]
    forum.admin.api.patch(address, change, headers={"if-match": etag}).ok()
    forum.aws.drain()
    tick(forum.aws, clock.epoch_s() + 200)


@pytest.mark.parametrize("change", [{"status": "deactivated"}, {"roles": ["learner"]}])
def test_what_waits_for_who_leaves_finds_another_owner_who_is_told_once(forum: Forum, change: dict[str, Any]) -> None:
    asked = sorted(forum.ask(f"Câu hỏi {place}")["id"] for place in range(3))
    answered = forum.ask("Đã trả lời")["id"]
    forum.reply(forum.tutor, answered)
    due = [forum.read(each)["due_at"] for each in asked]
    assert sorted(forum.queue(forum.tutor)) == asked
    second = somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    show(clock.epoch_s() + 61)  # who holds a role is known for a minute
    leave(forum, forum.tutor, **change)
    assert sorted(forum.queue(second)) == asked
    assert [forum.read(each)["due_at"] for each in asked] == due
    assert forum.queue(forum.tutor) == forum.queue(forum.admin) == []
    assert second.kinds() == ["thread.asked"] * 3
    forum.asker.api.post(forum.at(f"/threads/{answered}/replies"), {"body": "Vẫn chưa được"}).ok(201)
    assert answered in forum.queue(second), "what waits again waits for nobody who left"


def test_whoever_loses_a_role_and_still_answers_keeps_their_questions(forum: Forum) -> None:
    thread = forum.ask()["id"]
    somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    leave(forum, forum.tutor, roles=["author"])
    assert forum.queue(forum.tutor) == [thread]


@pytest.mark.parametrize("call", range(2, 14, 3))
def test_handing_on_goes_on_wherever_it_died(forum: Forum, call: int) -> None:
    asked = {forum.ask(f"Câu hỏi {place}")["id"] for place in range(2)}
    second = somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    show(MONDAY + 61)
    with killed_at(call):
        forum.admin.api.delete(forum.at(f"/people/{forum.tutor.id}"))
        forum.aws.drain()
    show(MONDAY + 2 * idempotency.LEASE_S)
    forum.admin.api.delete(forum.at(f"/people/{forum.tutor.id}")).ok(204)
    for later in (400, 800, 1_200):
        tick(forum.aws, MONDAY + later)
    assert set(forum.queue(second)) == asked
    assert second.kinds() == ["thread.asked"] * 2


def test_who_leaves_a_courses_tutors_hands_its_questions_on_and_keeps_others(forum: Forum) -> None:
    second = somebody(forum.space, "Đỗ Thị Hai", ["author"])
    other = published_course(forum.space)
    of_course, of_other = forum.ask()["id"], forum.ask(course=other.id)["id"]
    assert set(forum.queue(forum.tutor)) == {of_course, of_other}
    choose = forum.course.at("/tutors")
    forum.space.author.put(choose, {"people": [second.id]}).ok()
    forum.aws.drain()
    assert (forum.queue(second), forum.queue(forum.tutor)) == ([of_course], [of_other])
    assert second.kinds() == ["thread.asked"]
    forum.space.author.put(choose, {"people": []}).ok()
    forum.aws.drain()
    assert (forum.queue(second), set(forum.queue(forum.tutor))) == ([], {of_course, of_other})


def test_a_tutor_does_not_answer_their_own_question(forum: Forum) -> None:
    thread = forum.ask(who=forum.tutor)["id"]
    assert forum.queue(forum.admin) == [thread]
    forum.reply(forum.tutor, thread)
    assert not forum.read(thread)["answered"]


def test_a_learners_reply_leaves_it_open_and_a_tutors_answers_it(forum: Forum) -> None:
    thread = forum.ask()["id"]
    forum.reply(forum.other, thread)
    assert forum.queue(forum.tutor) == [thread]
    show(MONDAY + 2 * HOUR)
    forum.reply(forum.tutor, thread)
    forum.reply(forum.tutor, thread)
    assert forum.queue(forum.tutor) == forum.queue(forum.admin, "all") == []
    assert (forum.read(thread)["answered"], forum.read(thread)["due_at"]) == (True, None)
    figures = forum.admin.api.get(forum.at("/thread-times")).ok()
    assert (figures["asked"], figures["answered"], figures["median_hours"]) == (1, 1, 2)


def test_what_the_asker_still_wants_to_know_waits_again_until_something_is_accepted(forum: Forum) -> None:
    thread = forum.ask()["id"]
    answer = forum.reply(forum.tutor, thread)["id"]
    show(MONDAY + DAY)
    forum.reply(forum.asker, thread, "Em vẫn chưa làm được.")
    assert forum.queue(forum.tutor) == [thread]
    assert forum.read(thread)["due_at"] == "2026-11-27T02:00:00Z"
    forum.asker.api.put(forum.at(f"/threads/{thread}/accepted"), {"reply": answer}).ok()
    assert forum.queue(forum.tutor) == []
    forum.reply(forum.asker, thread, "Em cảm ơn.")
    assert forum.queue(forum.tutor) == []
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["answered"] == 1


def test_an_accepted_reply_of_anybodys_answers_it(forum: Forum) -> None:
    thread = forum.ask()["id"]
    reply = forum.reply(forum.other, thread)["id"]
    address = forum.at(f"/threads/{thread}/accepted")
    forum.other.api.put(address, {"reply": reply}).refused(403)
    for _ in range(2):
        assert forum.asker.api.put(address, {"reply": reply}).ok()["accepted_reply"]["id"] == reply
    assert forum.queue(forum.tutor) == []
    forum.asker.api.delete(address).ok(204)
    assert forum.read(thread)["accepted_reply"] is None
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["answered"] == 1


def test_what_is_overdue_climbs_to_the_admins_once(aws: Cloud, forum: Forum) -> None:
    thread = forum.ask()["id"]
    aws.drain()
    due = MONDAY + 3 * DAY
    tick(aws, due - HOUR)
    assert forum.queue(forum.admin, "overdue") == []
    for later in (due + HOUR, due + HOUR + 60, due + 2 * HOUR):
        tick(aws, later)
    assert forum.queue(forum.admin, "overdue") == forum.queue(forum.tutor) == [thread]
    assert forum.queue(forum.admin, "all") == []
    assert forum.admin.kinds() == ["thread.overdue"]
    assert forum.admin.api.get(forum.at("/thread-times")).ok()["overdue"] == 1
    forum.reply(forum.tutor, thread)
    assert forum.queue(forum.admin, "overdue") == []


def test_what_was_answered_in_time_does_not_climb(aws: Cloud, forum: Forum) -> None:
    answered, late = forum.ask()["id"], forum.ask()["id"]
    forum.reply(forum.tutor, answered)
    tick(aws, MONDAY + 3 * DAY + 7 * HOUR)
    assert forum.queue(forum.admin, "overdue") == [late]
    assert forum.admin.kinds() == ["thread.overdue"]


def test_an_admin_hands_a_question_over(forum: Forum) -> None:
    thread = forum.ask()["id"]
    second = somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    address = forum.at(f"/threads/{thread}/owner")
    forum.admin.api.put(address, {"person": forum.other.id}).refused(422)
    before = forum.read(thread)["due_at"]
    for _ in range(2):
        assert forum.admin.api.put(address, {"person": second.id}).ok()["owner"] == "Đỗ Thị Hai"
    assert (forum.queue(second), forum.queue(forum.tutor), forum.read(thread)["due_at"]) == ([thread], [], before)
    assert forum.read(thread)["owner"] is None


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)).map(
    lambda each: each.replace(tzinfo=clock.VIETNAM)
)


@given(INSTANTS, st.integers(1, 240))
def test_working_hours_pass_as_they_were_promised(start: datetime, hours: int) -> None:
    assert working_days.hours_between(start, working_days.due_after(start, hours)) == pytest.approx(hours)


@given(st.lists(st.floats(0, 500), min_size=1))
def test_percentiles_bound_what_they_say_and_parts_can_be_added(took: list[float]) -> None:
    parts = [{times.bucket(each): 1} for each in took]
    whole = times.merged(parts)
    assert whole == times.merged([times.merged(parts[::2]), times.merged(parts[1::2])])
    for share in (0.5, 0.95):
        bound = times.percentile(whole, share)
        assert bound is not None
        assert sum(min(each, times.BOUNDS[-1]) <= bound for each in took) >= share * len(took)
