"""Reminding people of courses that are due: by mail, or by a short message, so many days before and on the last day.

Which spaces are to be looked at on a day is written down when a deadline is set, so that a morning costs one Query for
all of them, and a space without deadlines nothing. What is found there is held against what is asked now: a deadline
that was moved or taken back since reminds nobody. A space's one job of a day goes through its people in slices and
marks whom it has reminded of what: whatever is done again, whatever else asks for the same, each is reminded once (a
kill right between the sending and its mark doubles that one).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from chalicelib import clock, ids
from chalicelib.assignments import asked, letters, store
from chalicelib.assignments.models import MOST_REMIND_DAYS
from chalicelib.assignments.rules import Assignment
from chalicelib.courses import catalogue
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.identity import links, mail, throttle
from chalicelib.jobs import daily, queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.learning import enrolments
from chalicelib.learning.merging import Enrolment
from chalicelib.notifications import telling
from chalicelib.people import members, persons
from chalicelib.people.person import Person
from chalicelib.storage import sms, spaces
from chalicelib.storage.mail import MailRefused
from chalicelib.storage.sms import SmsRefused
from chalicelib.storage.spaces import PLATFORM, Space

SURVEY, REMIND = "assignments.survey", "assignments.remind"
_HOUR = 8  # when people begin to work
_LOOKED_BACK = 7  # days: what mornings missed, the next one finds
_SLICE = 100
_TOLD_EVERY = 25  # mails: well within a job's lease

Task = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody to be reminded: of which course, due when, and how many days before that it was planned."""

    person: Person
    course_id: str
    due: date
    days_before: int

    @property
    def mark(self) -> str:
        """What tells it from every other of that person's."""
        return f"{self.course_id}#{self.due.isoformat()}#{self.days_before}"

    @property
    def planned_at(self) -> int:
        """When it was planned, in seconds since 1970: however late it comes, it is the same one."""
        planned = self.due - timedelta(days=self.days_before)
        return int(datetime.combine(planned, time(_HOUR), clock.VIETNAM).timestamp())


def plan(space: Space, assignment: Assignment) -> None:
    """Have the space looked at on the days on which somebody is to be reminded of what is asked: at most 2 calls. Of
    deadlines that each has for themselves, on every day from now on (each day plans the next)."""
    if assignment.due_on is not None and assignment.remind_days is not None:
        plan_deadline(space, assignment.due_on, assignment.remind_days)
    elif assignment.reminds:
        for day in (clock.vietnam_day(), clock.vietnam_day() + timedelta(days=1)):
            store.plan(space, day)


def plan_deadline(space: Space, due: date, remind_days: int) -> None:
    """Have the space looked at so many days before a deadline, if that is still to come, and on it: 2 calls."""
    for day in (due - timedelta(days=remind_days), due):
        if day >= clock.vietnam_day():
            store.plan(space, day)


def in_the_morning() -> None:
    """Called each minute: once a day, have looked up which spaces have somebody to remind. 0 calls at other times."""
    job_id = daily.due(SURVEY, _HOUR)
    if job_id:
        queue.enqueue(SURVEY, PLATFORM, {}, job_id=job_id)


@queue.handles(SURVEY)
def survey(job: Job, run: Run) -> None:
    """The job that has the spaces of a day looked at, and those of the week before that were missed."""
    today = clock.vietnam_day()
    for back in range(_LOOKED_BACK, -1, -1):
        day = today - timedelta(days=back)
        for slug in store.planned(day):
            run.go_on_if_late()
            queue.enqueue(REMIND, slug, {"day": day.isoformat()}, job_id=ids.derived(REMIND, slug, day.isoformat()))


@queue.handles(REMIND, shown_to=MANAGE_PEOPLE)
def remind(job: Job, run: Run) -> None:
    """Remind everyone whom the day is for, a hundred people at a time."""
    space, day = spaces.directory.find(job.tenant), date.fromisoformat(job.payload["day"])
    if space is None or space.status != "open":
        return
    at = job.checkpoint or {"tasks": _tasks(space, day), "task": 0, "position": "", "sent": 0, "refused": 0}
    while at["task"] < len(at["tasks"]):
        found, position = _page(space, day, at["tasks"][at["task"]], at["position"])
        at = _remind_all(space, found, at["tasks"][at["task"]]["sms"], at, run)
        at = {**at, "task": at["task"] + (not position), "position": position}
        run.progress(at["task"], len(at["tasks"]), at)
        run.go_on_if_late()
    run.result = {"sent": at["sent"], "refused": at["refused"]}


def _tasks(space: Space, day: date) -> list[Task]:
    """What to go through on that day. Whoever has a deadline of their own is looked at each day, so the next is planned
    before anything can fail."""
    reminding = [each for each in asked.current(space) if each.kind == "required" and each.reminds]
    if any(each.due_in_days for each in reminding):
        store.plan(space, max(day, clock.vietnam_day()) + timedelta(days=1))
    return [*_enrolled(space, day), *_asked(reminding, day)]


def _enrolled(space: Space, day: date) -> Iterator[Task]:
    for each in store.deadlines(space, day, day + timedelta(days=MOST_REMIND_DAYS)):
        if (date.fromisoformat(each["due"]) - day).days in (0, *each["remind_days"]):
            yield {"course": each["course"], "due": each["due"], "sms": each["sms"]}


def _asked(assignments: list[Assignment], day: date) -> Iterator[Task]:
    for each in assignments:
        task = {"course": each.course_id, "audience": each.audience, "sms": each.remind_sms}
        if each.due_on is None or (each.due_on - day).days in (0, each.remind_days):
            yield task


def _page(space: Space, day: date, task: Task, position: str) -> tuple[list[Reminder], str]:
    """The next who are to be reminded, and where to go on (empty at the end): some 5 calls for a hundred people."""
    if "audience" in task:
        return _page_of_audience(space, day, task, position)
    course_id, due = task["course"], date.fromisoformat(task["due"])
    found, cursor = enrolments.of_course(space, course_id, "active", position or None, _SLICE)
    people = persons.many(space, [each.person_id for each in found if each.due == task["due"]])
    return [Reminder(each, course_id, due, (due - day).days) for each in people.values()], cursor or ""


def _page_of_audience(space: Space, day: date, task: Task, position: str) -> tuple[list[Reminder], str]:
    course_id, audience = task["course"], task["audience"]
    assignment = asked.of(space, course_id, audience)
    if assignment is None:
        return [], ""
    found, position = members.page(space, members.of_audience(audience), position, _SLICE)
    due = {each.id: assignment.due(int(each.audiences[audience])) for each in found}
    reminders = [
        Reminder(each, course_id, last, (last - day).days)
        for each in found
        if (last := due[each.id]) is not None and (last - day).days in (0, assignment.remind_days)
    ]
    enrolled = enrolments.among(space, course_id, [each.person.id for each in reminders]) if reminders else {}
    offered = catalogue.card(space, course_id).status == "published"
    return [each for each in reminders if _is_open(enrolled.get(each.person.id), offered)], position


def _is_open(enrolment: Enrolment | None, offered: bool) -> bool:
    return offered if enrolment is None else enrolment.completed_at is None


def _remind_all(space: Space, found: list[Reminder], by_sms: bool, at: Task, run: Run) -> Task:
    """Remind those who were not yet: 1 call, and for each a mail and 1 WCU. What is sent counts for more tries."""
    done = store.reminded(space, [(each.person.id, each.mark) for each in found])
    due = [each for each in found if each.person.status != "deactivated" and each.due >= clock.vietnam_day()]
    waiting = [each for each in due if each.person.id not in done]
    _tell(space, waiting)
    for each in waiting:
        outcome = _send(space, each, by_sms)
        if outcome is None:
            continue
        store.mark_reminded(space, each.person.id, each.mark)
        at = {**at, outcome: at[outcome] + 1}
        if (at["sent"] + at["refused"]) % _TOLD_EVERY == 0:
            run.progress(at["task"], len(at["tasks"]), at)
            run.go_on_if_late()
    return at


def _tell(space: Space, waiting: list[Reminder]) -> None:
    """The same in their inbox, also of those without an address: 1 call for each course and day."""
    for mark in dict.fromkeys(each.mark for each in waiting):
        those = [each for each in waiting if each.mark == mark]
        course_id, due, planned = those[0].course_id, those[0].due, those[0].planned_at
        params = {"title": catalogue.card(space, course_id).title, "due": clock.shown_day(due.isoformat())}
        people = [each.person.id for each in those]
        telling.tell(space, people, "assignment.due", mark, at=planned, link=f"/courses/{course_id}", params=params)


def _send(space: Space, reminder: Reminder, by_sms: bool) -> str | None:
    """``sent``, or ``refused`` where the address takes none, or nothing for somebody without an address. A refusal of
    one is no reason to leave the others without. Raises: Unavailable."""
    person = reminder.person
    facts: dict[str, Any] = {
        "course": catalogue.card(space, reminder.course_id).title,
        "due": reminder.due,
        "days": (reminder.due - clock.vietnam_day()).days,
        "address": f"{links.root(space)}/courses/{reminder.course_id}",
    }
    try:
        if person.email:
            written = partial(letters.write, person.locale, name=person.name, **facts)
            mail.post(space, person.email, lambda name: written(space=name))
        elif by_sms and person.phone and not person.unproven:
            throttle.message(space)
            sms.send(person.phone, letters.write_message(person.locale, space=mail.name_of(space), **facts))
        else:
            return None
    except (MailRefused, SmsRefused, throttle.TooManyMessages):
        return "refused"
    return "sent"
