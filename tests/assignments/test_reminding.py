"""Reminders: the right people on the right mornings, each once, in their language, by the way that reaches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest

from chalicelib import clock
from chalicelib.assignments import letters, reminding, store
from chalicelib.assignments.reminding import REMIND
from chalicelib.errors import Language
from chalicelib.identity import throttle
from chalicelib.jobs import queue
from chalicelib.people.person import Person
from chalicelib.storage import mail
from chalicelib.storage.client import METER, Meter
from tests import rights
from tests.assignments.people import crowd, person
from tests.crashes import killed_at
from tests.emulated import Cloud, Context, cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity import mailbox
from tests.learning.courses import TITLE, publish
from tests.spending import spending

TODAY = date(2026, 12, 1)
DUE = TODAY + timedelta(days=10)


def on(day: date, hour: int = 8, minute: int = 3) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.VIETNAM).timestamp()


@pytest.fixture
def aws() -> Iterator[Cloud]:
    """An account of each test's own: a morning comes once."""
    with cloud() as account:
        yield account


@pytest.fixture(autouse=True)
def now(aws: Cloud) -> Iterator[Callable[[float], None]]:
    def show(moment: float) -> None:
        clock.set_source(lambda: moment)

    show(on(TODAY, 12))
    yield show
    clock.set_source(None)


def a_morning(aws: Cloud, day: date, hour: int = 8) -> None:
    """The clock's first minutes of a working day, and what follows."""
    import app

    for minute in (0, 1, 9):
        clock.set_source(lambda minute=minute: on(day, hour, minute))  # type: ignore[misc]
        with rights.running_as("tick"):
            app.tick({}, Context())
    aws.drain()


def required(space: OpenedSpace, course: str, **body: object) -> None:
    address = space.at(f"/courses/{course}/audiences/students")
    space.admin.put(address, {"kind": "required", **body}).ok(200)


def mailed(who: Person) -> int:
    return len(mailbox.to(str(who.email)))


def student(space: OpenedSpace, name: str, **facts: object) -> Person:
    email = f"{name}@{space.slug}.example"
    return person(space, name, **{"audiences": ["students"], "email": email, **facts})  # type: ignore[arg-type]


def finish(space: OpenedSpace, course: str, who: Person) -> None:
    learner = token_for(space, ["learner"], who.id)
    learner.put(space.at(f"/me/enrolments/{course}")).ok()
    learner.put(space.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()


def test_an_audience_is_reminded_so_many_days_before_and_on_the_last(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    idle, done, gone = student(space, "an"), student(space, "binh"), student(space, "dung", deactivated=True)
    other = student(space, "em", audiences=["workers"])
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    finish(space, course, done)
    for days, expected in ((2, 0), (3, 1), (4, 1), (9, 1), (10, 2), (11, 2)):
        a_morning(aws, TODAY + timedelta(days=days))
        assert mailed(idle) == expected, days
    assert mailed(done) == mailed(gone) == mailed(other) == 0
    first, last = mailbox.to(str(idle.email))
    assert "còn 7 ngày" in first.subject
    assert "11/12/2026" in first.body
    assert TITLE in first.body
    assert mailbox.link(first).endswith(f"/s/{space.slug}/courses/{course}")
    assert "hôm nay là hạn cuối" in last.subject


def test_a_reminder_stands_in_the_inbox_too_once_also_without_an_address(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = [student(space, "an"), person(space, "Bình", audiences=["students"])]
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    for _ in range(2):
        a_morning(aws, DUE - timedelta(days=7))
    for each in people:
        told = token_for(space, ["learner"], each.id).get(space.at("/me/notifications")).ok()["items"]
        assert [(one["kind"], one["title"]) for one in told] == [("assignment.due", f"Sắp đến hạn: {TITLE}")]
        assert told[0]["link"].endswith(f"/courses/{course}")
    assert mailed(people[0]) == 1


def test_those_enrolled_by_an_order_are_reminded(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    idle, done, free = student(space, "an"), student(space, "binh"), student(space, "chi")
    body = {"people": [idle.id, done.id], "due_on": DUE.isoformat(), "remind_days": 3}
    space.admin.post(space.at(f"/courses/{course}/enrolments"), body).ok(202)
    aws.drain()
    token_for(space, ["learner"], free.id).put(space.at(f"/me/enrolments/{course}")).ok(201)
    finish(space, course, done)
    for days in range(5, 12):
        a_morning(aws, TODAY + timedelta(days=days))
    assert (mailed(idle), mailed(done), mailed(free)) == (2, 0, 0)


def test_required_twice_is_reminded_once(aws: Cloud) -> None:
    space = open_space()
    course, who = publish(space.space, "1"), student(space, "an")
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    body = {"audience": "students", "due_on": DUE.isoformat(), "remind_days": 7}
    space.admin.post(space.at(f"/courses/{course}/enrolments"), body).ok(202)
    aws.drain()
    for _ in range(2):
        a_morning(aws, DUE - timedelta(days=7))
    assert mailed(who) == 1


def test_days_of_ones_own_are_counted_from_when_one_came(aws: Cloud, now: Callable[[float], None]) -> None:
    space = open_space()
    course, first = publish(space.space, "1"), student(space, "an")
    required(space, course, due_in_days=10, remind_days=2)
    now(on(TODAY + timedelta(days=3), 15))
    later = student(space, "binh")
    sent = []
    for days in range(4, 15):
        a_morning(aws, TODAY + timedelta(days=days))
        sent.append((mailed(first), mailed(later)))
    #       4 …     8       9               11               13
    assert sent == [(0, 0)] * 4 + [(1, 0)] * 2 + [(2, 0)] + [(2, 1)] * 2 + [(2, 2)] * 2


def test_a_deadline_that_was_moved_or_taken_back_reminds_nobody(aws: Cloud) -> None:
    space = open_space()
    one, two, who = publish(space.space, "1"), publish(space.space, "1"), student(space, "an")
    for course in (one, two):
        required(space, course, due_on=DUE.isoformat(), remind_days=7)
    required(space, one, due_on=(DUE + timedelta(days=30)).isoformat(), remind_days=None)
    space.admin.delete(space.at(f"/courses/{two}/audiences/students")).ok(204)
    for days in (3, 10, 33, 40):
        a_morning(aws, TODAY + timedelta(days=days))
    assert mailed(who) == 0


def test_a_morning_that_was_missed_is_made_up_for(aws: Cloud) -> None:
    space = open_space()
    course, who = publish(space.space, "1"), student(space, "an")
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    a_morning(aws, DUE - timedelta(days=6))
    (only,) = mailbox.to(str(who.email))
    assert "còn 6 ngày" in only.subject
    a_morning(aws, DUE + timedelta(days=1))  # and that of the last day: there is nothing left to remind of
    assert mailed(who) == 1


def test_who_has_no_mail_gets_a_short_message_where_the_space_pays_for_it(aws: Cloud) -> None:
    space = open_space()
    paid, unpaid = publish(space.space, "1"), publish(space.space, "1")
    person(space, "An", audiences=["students"], phone="0912 345 678")
    person(space, "Bình", audiences=["students"])
    required(space, paid, due_on=DUE.isoformat(), remind_days=7, remind_sms=True)
    required(space, unpaid, due_on=DUE.isoformat(), remind_days=7)
    a_morning(aws, DUE - timedelta(days=7))
    (text,) = mailbox.texts("+84912345678")
    assert text.isascii()
    assert len(text) <= 160
    assert "con 7 ngay" in text
    assert text.endswith(f"/courses/{paid}")


def test_the_day_s_short_messages_are_the_most_that_are_sent(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = open_space()
    course = publish(space.space, "1")
    phones = [f"+8491234567{number}" for number in range(4)]
    for number, phone in enumerate(phones):
        person(space, f"An {number}", audiences=["students"], phone=phone)
    written = student(space, "zung")
    required(space, course, due_on=DUE.isoformat(), remind_days=7, remind_sms=True)
    monkeypatch.setattr(throttle, "MESSAGES_A_DAY", 3)
    a_morning(aws, DUE - timedelta(days=7))
    assert sum(len(mailbox.texts(phone)) for phone in phones) == 3
    assert mailed(written) == 1  # a mail is no short message
    (job,) = [each for each in space.admin.get(space.at("/jobs")).ok()["items"] if each["kind"] == REMIND]
    assert job["result"] == {"sent": 4, "refused": 1}


def test_who_finishes_or_is_shut_out_between_two_slices_is_not_reminded(
    aws: Cloud, now: Callable[[float], None]
) -> None:
    """The job stops after its first page of an audience; what happens meanwhile counts."""
    space = open_space()
    course = publish(space.space, "1")
    people = [student(space, f"p{number}") for number in range(12)]
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    day = DUE - timedelta(days=7)
    now(on(day))
    job = queue.enqueue(REMIND, space.slug, {"day": day.isoformat()})
    queue.run(space.slug, job, remaining_ms=0)
    waiting = [each for each in people if not mailed(each)]
    assert len(waiting) >= 2
    finish(space, course, waiting[0])
    space.admin.delete(space.at(f"/people/{waiting[1].id}")).ok(204)
    for _ in range(10):
        queue.run(space.slug, job)
    assert queue.find(space.slug, job).state == "done"
    assert [mailed(each) for each in people if each.id not in (waiting[0].id, waiting[1].id)] == [1] * 10
    assert mailed(waiting[0]) == mailed(waiting[1]) == 0


@pytest.mark.parametrize(("hour", "minute", "counts"), [(0, 0, 7), (23, 59, 7)])
def test_days_are_counted_by_vietnam_s_calendar_at_both_ends_of_a_day(
    aws: Cloud, now: Callable[[float], None], hour: int, minute: int, counts: int
) -> None:
    """At midnight there it is still the day before in UTC."""
    space = open_space()
    course, who = publish(space.space, "1"), student(space, "an")
    day = DUE - timedelta(days=counts)
    now(on(day, hour, minute))
    refused = {"kind": "required", "due_on": (day - timedelta(days=1)).isoformat()}
    address = space.at(f"/courses/{course}/audiences/students")
    space.admin.put(address, refused).refused(422, "invalid_input")
    space.admin.put(address, {"kind": "required", "due_on": day.isoformat()}).ok()
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    job = queue.enqueue(REMIND, space.slug, {"day": day.isoformat()})
    queue.run(space.slug, job)
    (only,) = mailbox.to(str(who.email))
    assert "còn 7 ngày" in only.subject


def test_a_reminder_is_in_the_language_of_its_reader(aws: Cloud) -> None:
    space = open_space()
    course, who = publish(space.space, "1"), student(space, "anne", locale="en")
    required(space, course, due_on=DUE.isoformat(), remind_days=1)
    a_morning(aws, DUE - timedelta(days=1))
    (only,) = mailbox.to(str(who.email))
    assert "1 day left" in only.subject
    assert 'lang="en"' in only.body


def test_an_address_that_takes_no_mail_holds_up_nobody(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = [student(space, name) for name in ("an", "binh", "chi")]
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    real, refusing = mail.send, people[1].email

    def send(message: mail.Message) -> None:
        if message.to == refusing:
            raise mail.MailRefused
        real(message)

    monkeypatch.setattr(mail, "send", send)
    a_morning(aws, DUE - timedelta(days=7))
    assert [mailed(each) for each in people] == [1, 0, 1]
    (job,) = [each for each in space.admin.get(space.at("/jobs")).ok()["items"] if each["kind"] == REMIND]
    assert (job["state"], job["result"]) == ("done", {"sent": 2, "refused": 1})


def test_killed_at_any_call_nobody_is_left_out_and_one_at_most_is_told_twice(
    aws: Cloud, now: Callable[[float], None]
) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = [student(space, name) for name in ("an", "binh")]
    happened, call, day = True, 0, DUE
    while happened:
        call, day = call + 1, day + timedelta(days=1)
        now(on(day - timedelta(days=2), 12))
        required(space, course, due_on=day.isoformat(), remind_days=1)
        before = [mailed(each) for each in people]
        now(on(day - timedelta(days=1)))
        job = queue.enqueue(REMIND, space.slug, {"day": (day - timedelta(days=1)).isoformat()})
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        happened = kill.happened
        now(on(day - timedelta(days=1), 9))
        queue.run(space.slug, job)
        assert queue.find(space.slug, job).state == "done"
        got = [mailed(each) - had for each, had in zip(people, before, strict=True)]
        assert min(got) == 1, call
        assert sum(got) <= 3, call
    assert call > 10


def test_many_are_reminded_in_slices(aws: Cloud, now: Callable[[float], None]) -> None:
    """Whoever has neither mail nor a paid message costs what reading takes."""
    space = open_space()
    course = publish(space.space, "1")
    crowd(space, 250, "students")
    last = student(space, "zung")
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    with spending() as spent:
        a_morning(aws, DUE - timedelta(days=7))
    assert mailed(last) == 1
    (line,) = [each for each in spent.lines if each.get("kind") == REMIND]
    assert line["calls"] < 60


def test_a_space_that_is_suspended_reminds_nobody(aws: Cloud) -> None:
    space = open_space()
    course, who = publish(space.space, "1"), student(space, "an")
    required(space, course, due_on=DUE.isoformat(), remind_days=7)
    pk, sk = f"tenant#{space.slug}", "tenant"
    from chalicelib.storage.spaces import directory, platform

    platform().table("people").update(pk, sk, "SET #s = :s", {":s": "suspended"}, names={"#s": "status"})
    directory.forget(space.slug)
    a_morning(aws, DUE - timedelta(days=7))
    assert mailed(who) == 0


def test_a_space_without_deadlines_costs_nothing(aws: Cloud) -> None:
    space = open_space()
    required(space, publish(space.space, "1"))
    with spending() as spent:
        for days in range(30, 34):
            a_morning(aws, TODAY + timedelta(days=days))
    assert [each for each in spent.lines if each.get("tenant") == space.slug] == []


def test_at_other_hours_nothing_is_asked(aws: Cloud, now: Callable[[float], None]) -> None:
    meter = Meter()
    remembered = METER.set(meter)
    try:
        for hour, minute in ((7, 59), (8, 10), (20, 5)):
            now(on(TODAY, hour, minute))
            reminding.in_the_morning()
    finally:
        METER.reset(remembered)
    assert meter.calls == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_message_is_one_part_however_long_the_names(language: Language) -> None:
    text = letters.write_message(
        language,
        space="Trung tâm Bồi dưỡng cán bộ và Chuyển đổi số tỉnh",
        course="Kỹ năng số cơ bản cho cán bộ, công chức, viên chức " * 5,
        due=DUE,
        days=7,
        address="https://hoc.hue.example/s/hue/courses/1m868j3kq0v7x2c9d4e5fg",
    )
    assert len(text) <= 160
    assert text.isascii()


def test_what_was_sent_is_marked_until_it_is_forgotten(aws: Cloud, now: Callable[[float], None]) -> None:
    space = open_space()
    who = student(space, "an")
    store.mark_reminded(space.space, who.id, "c#2026-12-11#7")
    assert store.reminded(space.space, [(who.id, "c#2026-12-11#7"), (who.id, "c#2026-12-11#0")]) == {who.id}
    now(on(TODAY + timedelta(days=91)))
    assert store.reminded(space.space, [(who.id, "c#2026-12-11#7")]) == set()
