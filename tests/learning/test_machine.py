"""Progress and completion as a state machine against a plain model, on the real engine.

Several devices of one learner report at random, with queues that are sent late, twice and in any order. Requests die
after any of their calls and are sent again or never. The learner leaves and comes back, sits quizzes, authors publish
new versions and move people. After every step the enrolment is what the model says, and a course is completed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib import clock, ids
from chalicelib.assessment import attempts
from chalicelib.assessment.models import AnswerSheet
from chalicelib.courses import catalogue
from chalicelib.errors import Refusal
from chalicelib.jobs import streams
from chalicelib.learning import enrolments, moving, progress, versions, views
from chalicelib.learning.merging import Report
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import Space
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.learning.courses import RIGHT, WRONG, publish, publish_again

START = 1_790_000_000
# Lesson by lesson: what stays, what goes, what comes, a text that becomes a quiz, an optional one.
VERSIONS = {1: "1 2V 3? 4Q 5", 2: "1 2V 4Q 6 3?", 3: "1Q 2V 4Q 6"}
LESSONS = {number: {word.rstrip("VQ?"): word for word in words.split()} for number, words in VERSIONS.items()}

Asked = tuple[str, bool, int | None, int]  # lesson, done, position, how long ago
reports: st.SearchStrategy[Asked] = st.tuples(
    st.sampled_from("123456"), st.booleans(), st.none() | st.integers(0, 300), st.just(0) | st.integers(0, 400)
)
deaths = st.none() | st.integers(0, 3)


@dataclass
class Model:
    """An enrolment as anyone would keep it on paper."""

    version: int
    seen: int
    active: bool = True
    done: set[str] = field(default_factory=set)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # lesson -> second of the report, position
    last: str | None = None
    attempts: dict[str, int] = field(default_factory=dict)
    completed: bool = False

    @property
    def lessons(self) -> dict[str, str]:
        return LESSONS[self.version]

    def complete_if_due(self) -> None:
        required = {lesson for lesson, word in self.lessons.items() if not word.endswith("?")}
        self.completed = self.completed or (self.active and required <= self.done)

    def report(self, report: Report) -> None:
        lesson, second, late = report.lesson, report.at_ms // 1000, report.at_ms < self.seen
        kept = self.places.get(lesson)
        if report.done:
            self.done.add(lesson)
            if kept and kept[0] <= second:
                del self.places[lesson]
        elif report.position_s is not None:
            place = second, report.position_s
            if not late or (lesson not in self.done and (kept is None or kept < place)):
                self.places[lesson] = place
        if not late:
            self.seen, self.last = report.at_ms, lesson
        self.complete_if_due()

    def move(self, version: int) -> None:
        if self.completed or not self.active or version <= self.version:
            return
        after = LESSONS[version]
        for lesson, word in self.lessons.items():
            if lesson not in after or ("Q" in after[lesson] and "Q" not in word):
                self.done.discard(lesson)
                self.places.pop(lesson, None)
                self.attempts.pop(lesson, None)
        self.version = version
        self.complete_if_due()


class Learning(RuleBasedStateMachine):
    """One learner, one course."""

    aws: Cloud
    hue: OpenedSpace
    completions: Counter[str]  # how often the stream said that an enrolment became complete

    def __init__(self) -> None:
        super().__init__()
        self.now = float(START)
        clock.set_source(lambda: self.now)
        self.queue: list[Report] = []
        self.keys = 0

    def teardown(self) -> None:
        """Whatever died on the way, the stream sees to it, and once only."""
        if not hasattr(self, "model"):
            return
        self.aws.drain()
        self.matches()
        assert self.completions[f"enrolment#{self.course}"] == self.model.completed
        clock.set_source(None)

    @initialize(done=st.sets(st.sampled_from("1235")), published=st.integers(1, 3))
    def enrol(self, done: set[str], published: int) -> None:
        """Somewhere in the middle of the first version, with newer ones published perhaps."""
        self.person, self.published = ids.new(), published
        self.course = publish(self.hue.space, VERSIONS[1])
        enrolments.enrol(self.hue.space, self.person, self.course)
        self.model = Model(1, START * 1000)
        for lesson in sorted(done):
            report = Report(lesson, True, None, START * 1000)
            progress.record(self.hue.space, self.person, self.course, report)
            self.model.report(report)
        for version in range(2, published + 1):
            publish_again(self.hue.space, self.course, VERSIONS[version], version=version)

    # What happens

    @rule(seconds=st.integers(1, 300))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule(report=reports, calls=deaths)
    def a_device_reports_at_once(self, report: Asked, calls: int | None) -> None:
        self.arrives(self.report_of(report), calls)

    @rule(report=reports)
    def a_device_has_no_line(self, report: Asked) -> None:
        self.queue.append(self.report_of(report))

    @precondition(lambda self: self.queue)
    @rule(data=st.data(), keep=st.booleans(), calls=deaths)
    def a_queued_report_arrives(self, data: st.DataObject, keep: bool, calls: int | None) -> None:
        report = data.draw(st.sampled_from(self.queue))
        if not keep:
            self.queue.remove(report)
        self.arrives(report, calls)

    @rule(lesson=st.sampled_from("14"), right=st.booleans(), calls=deaths, named=st.booleans())
    def a_quiz_is_submitted(self, lesson: str, right: bool, calls: int | None, named: bool) -> None:
        self.keys += 1
        version = self.model.version if named else None
        sheet = AnswerSheet(lesson=lesson, answers=RIGHT if right else WRONG, version=version)

        def submit() -> None:
            result = attempts.submit(self.hue.space, self.person, self.course, sheet, f"key-{self.keys}")
            assert result.number == self.model.attempts.get(lesson, 0) + 1

        self.dies(calls, submit)
        expected = self.refusal_of_attempt(lesson)
        assert self.attempt(submit) == expected
        if expected is None:
            self.model.attempts[lesson] = self.model.attempts.get(lesson, 0) + 1
            self.model.seen, self.model.last = int(self.now * 1000), lesson
            if right:
                self.model.done.add(lesson)
            self.model.complete_if_due()

    @rule(calls=deaths, reports=st.lists(reports, max_size=1))
    def the_learner_leaves_and_comes_back(self, calls: int | None, reports: list[Asked]) -> None:
        space = self.hue.space
        self.dies(calls, lambda: enrolments.leave(space, self.person, self.course))
        enrolments.leave(space, self.person, self.course)
        self.model.active = False
        self.matches()
        for report in reports:
            self.arrives(self.report_of(report), calls)
        self.dies(calls, lambda: enrolments.enrol(space, self.person, self.course))
        enrolments.enrol(space, self.person, self.course)
        self.model.active, self.model.seen = True, int(self.now * 1000)
        self.model.complete_if_due()

    @precondition(lambda self: self.published < 3)
    @rule()
    def an_author_publishes(self) -> None:
        self.published += 1
        publish_again(self.hue.space, self.course, VERSIONS[self.published], version=self.published)

    @rule(calls=deaths)
    def people_are_moved_to_the_newest(self, calls: int | None) -> None:
        def move() -> None:
            enrolment = enrolments.get(self.hue.space, self.person, self.course)
            assert enrolment
            moving.move(self.hue.space, enrolment, versions.current(self.hue.space, self.course))

        self.dies(calls, move)
        move()
        self.model.move(self.published)

    @rule()
    def the_stream_is_followed(self) -> None:
        self.aws.apply_changes()

    @rule()
    def another_container_takes_over(self) -> None:
        versions._met.clear()
        catalogue.forget_everything()

    # What must hold

    @invariant()
    def matches(self) -> None:
        if not hasattr(self, "model"):
            return
        found, model = enrolments.get(self.hue.space, self.person, self.course), self.model
        assert found
        assert (found.version, found.active) == (model.version, model.active)
        assert found.done == model.done
        assert (found.seen_ms, found.last) == (model.seen, model.last)
        assert found.places == {lesson: at * 100_000 + position for lesson, (at, position) in model.places.items()}
        assert found.attempts == model.attempts
        assert (found.completed_at is not None) == model.completed
        outline = versions.pinned(self.hue.space, self.course, found.version)
        assert (views.standing(found, outline).percent == 100) == outline.is_complete(found.done)

    # Helpers

    def report_of(self, asked: Asked) -> Report:
        lesson, done, position_s, before_s = asked
        return Report(lesson, done, position_s, int(self.now - before_s) * 1000)

    def arrives(self, report: Report, calls: int | None) -> None:
        def record() -> None:
            progress.record(self.hue.space, self.person, self.course, report)

        self.dies(calls, record)
        expected = self.refusal(report)
        assert self.attempt(record) == expected
        if expected is None:
            self.model.report(report)

    def refusal(self, report: Report) -> str | None:
        if not self.model.active:
            # Whether the lesson is known is not looked into before one is enrolled.
            return "enrolment_left"
        word = self.model.lessons.get(report.lesson)
        if word is None:
            return "unknown_lesson"
        return "quiz_needs_attempt" if report.done and "Q" in word else None

    def refusal_of_attempt(self, lesson: str) -> str | None:
        if not self.model.active:
            return "enrolment_left"
        return None if "Q" in self.model.lessons[lesson] else "not_a_quiz"

    def attempt(self, request: Callable[[], Any]) -> str | None:
        try:
            request()
        except Refusal as refusal:
            return refusal.code
        return None

    def dies(self, calls: int | None, request: Callable[[], Any]) -> None:
        """A first try that dies after so many calls; ``None``: there is no such try."""
        if calls is not None:
            with killed_after(calls):
                self.attempt(request)


def test_progress_and_completion_against_a_plain_model(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    completions: Counter[str] = Counter()

    def count(space: Space, batch: Batch) -> None:
        for change in batch.changes:
            if change.sk.startswith("enrolment#") and change.new and "fin" in change.new:
                completions[change.sk] += change.old is None or "fin" not in change.old

    monkeypatch.setattr(streams, "REACTIONS", [count, *streams.REACTIONS])
    Learning.aws, Learning.hue, Learning.completions = aws, open_space(), completions
    run_state_machine_as_test(
        Learning,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
