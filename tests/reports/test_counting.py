"""Each change counts once: whatever is delivered again, cut otherwise, reordered across shards or cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.reports import counters, counting, recount, store
from chalicelib.storage import changes
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import Space
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.reports import learners
from tests.reports.learners import DAY_S, NOON, TODAY, Feed, space_of_learners, stored
from tests.wire import on_call


def test_figures_of_course_space_and_nation_arrive(aws: Cloud) -> None:
    space = space_of_learners("hue", kind="province")
    for person in ("an", "binh", "chi"):
        learners.register(space, person)
        learners.enrol(space, person, "khoa1", national="qg1")
    learners.enrol(space, "an", "khoa2", NOON + DAY_S)
    learners.complete(space, "an", "khoa1", NOON + DAY_S)
    learners.leave(space, "binh", "khoa1")
    learners.learn(space, "chi", "khoa1", NOON + DAY_S)
    clock.set_source(lambda: NOON + 2 * DAY_S)
    aws.drain()
    assert stored(space) == {
        "learning counter#space total": {"r": 3, "e": 4, "a": 2, "x": 1, "f": 1},
        "learning counter#space 2026-11-24": {"r": 3, "e": 3, "d": 3},
        "learning counter#space 2026-11-25": {"e": 1, "f": 1, "d": 2},
        "learning counter#courses khoa1": {"e": 3, "a": 1, "x": 1, "f": 1},
        "learning counter#courses khoa2": {"e": 1, "a": 1},
        "learning counter#course#khoa1 2026-11-24": {"e": 3, "d": 3},
        "learning counter#course#khoa1 2026-11-25": {"f": 1, "d": 1},
        "learning counter#course#khoa2 2026-11-25": {"e": 1, "d": 1},
        "platform national-figures hue": {"r": 3, "e": 4, "a": 2, "x": 1, "f": 1},
        "platform national-figures#2026-11 hue": {"r24": 3, "e24": 3, "d24": 3, "e25": 1, "f25": 1, "d25": 2},
        "platform national-figures#courses qg1#hue": {"e": 3, "a": 1, "x": 1, "f": 1},
    }
    assert store.nation_of(["hue"])["hue"]["kind"] == "province"
    assert store.totals(space)["at"] == NOON + 2 * DAY_S


def test_a_learner_is_active_once_a_day_in_the_space_and_once_in_each_course(aws: Cloud) -> None:
    space = space_of_learners()
    for course in ("khoa1", "khoa2"):
        learners.enrol(space, "an", course)
        learners.learn(space, "an", course, NOON + 60)
        aws.drain()
        learners.learn(space, "an", course, NOON + 120)
    aws.drain()
    assert store.days(space, TODAY, TODAY)[0]["d"] == 1
    assert [store.course_days(space, course, TODAY, TODAY)[0]["d"] for course in ("khoa1", "khoa2")] == [1, 1]
    assert recount.recount(space.slug).wrong == []


def test_a_batch_delivered_again_counts_nothing(aws: Cloud) -> None:
    space = space_of_learners()
    for number in range(30):
        learners.enrol(space, f"hoc-vien-{number}", "khoa1")
    feed = Feed(aws, space)
    feed.deliver_all()
    before = stored(space)
    for start, stop in ((0, 30), (10, 20), (29, 30), (0, feed.length("shard-0"))):
        assert feed.deliver("shard-0", start, stop)
    assert stored(space) == before
    assert before["learning counter#courses khoa1"] == {"e": 30, "a": 30}


def test_shards_are_counted_apart(aws: Cloud) -> None:
    space = space_of_learners()
    for number in range(40):
        learners.enrol(space, f"hoc-vien-{number}", "khoa1")
    feed = Feed(aws, space, shards=4)
    feed.read()
    assert len(feed.names()) == 4
    for shard in reversed(feed.names()):
        half = feed.length(shard) // 2
        assert feed.deliver(shard, 0, half)
        assert feed.deliver(shard, 0, feed.length(shard))
    assert store.course_totals(space, "khoa1")["e"] == 40


def test_more_counters_than_a_transaction_holds_are_counted_in_parts(aws: Cloud) -> None:
    space = space_of_learners()
    for number in range(40):
        learners.enrol(space, f"hoc-vien-{number}", f"khoa{number}", NOON + number * DAY_S, national=f"qg{number}")
    feed = Feed(aws, space)
    feed.deliver_all()
    total = stored(space)["learning counter#space total"]
    assert total == {"e": 40, "a": 40}
    assert recount.recount(space.slug, log=feed.log).wrong == []


def test_changes_in_parts_fit_transactions() -> None:
    central = Space("trung-uong")
    many = [
        learners.a_change(None, learners.enrolment(f"hoc-vien-{n}", f"khoa{n}", NOON + n * DAY_S), str(n + 1))
        for n in range(60)
    ]
    counted = counting.relevant(central, many)
    parts = list(counting.parts("trung-uong", counted))
    assert [each for part in parts for each in part] == counted
    sizes = [len({row for each in part for row in counters.rows("trung-uong", each.figures)}) for part in parts]
    assert len(parts) > 1
    assert max(sizes) <= store.ROOM


@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_between_parts_the_rest_is_counted_once(aws: Cloud, call: int) -> None:
    """A batch that takes several transactions is cut short after each of them, and comes again cut otherwise."""
    space = space_of_learners()
    for number in range(40):
        learners.enrol(space, f"hoc-vien-{number}", f"khoa{number}", NOON + number * DAY_S)
    feed = Feed(aws, space)
    feed.read()
    with killed_at(call) as kill:
        counting.count(space, changes.read(feed.event("shard-0", 0, 40)))
    assert kill.happened
    assert bool(stored(space)) is (call > 1)
    feed.deliver_all(size=15)
    assert stored(space)["learning counter#space total"] == {"e": 40, "a": 40}
    assert recount.recount(space.slug, log=feed.log).wrong == []


def test_a_lost_answer_is_not_counted_twice(aws: Cloud) -> None:
    """The transaction took effect, but the connection ended before its answer came."""
    space = space_of_learners()
    learners.enrol(space, "an", "khoa1")
    feed = Feed(aws, space)
    feed.read()
    lost: list[str] = []

    def lose(operation: str) -> None:
        if operation == "TransactWriteItems" and not lost:
            lost.append(operation)
            raise ConnectionClosedError(endpoint_url="http://x")

    with on_call("after", lose):
        assert not feed.deliver("shard-0", 0, 1)
        assert feed.deliver("shard-0", 0, 1)
    assert lost
    assert stored(space)["learning counter#space total"] == {"e": 1, "a": 1}


def conflict() -> ClientError:
    """What DynamoDB answers to the later of two transactions on one item."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(answer, "TransactWriteItems")


@pytest.mark.parametrize(("conflicts", "taken"), [(1, True), (4, True), (5, False)])
def test_conflicts_with_other_shards_are_tried_again_boundedly(aws: Cloud, conflicts: int, taken: bool) -> None:
    space = space_of_learners()
    learners.enrol(space, "an", "khoa1")
    feed = Feed(aws, space)
    feed.read()
    left = [conflicts]

    def refuse(operation: str) -> None:
        if operation == "TransactWriteItems" and left[0]:
            left[0] -= 1
            raise conflict()

    with on_call("before", refuse):
        assert feed.deliver("shard-0", 0, 1) is taken
    feed.deliver_all()
    assert stored(space)["learning counter#space total"] == {"e": 1, "a": 1}


def test_someone_counts_the_same_batch_at_the_same_time(aws: Cloud) -> None:
    """A worker that was given up for dead comes to life: its transaction finds the checkpoint moved."""
    space = space_of_learners()
    for number in range(10):
        learners.enrol(space, f"hoc-vien-{number}", "khoa1")
    feed = Feed(aws, space)
    feed.read()
    batch = changes.read(feed.event("shard-0", 0, 10))
    met: list[str] = []

    def meanwhile(operation: str) -> None:
        if operation == "TransactWriteItems" and not met:
            met.append(operation)
            counting.count(space, changes.read(feed.event("shard-0", 0, 6)))

    with on_call("before", meanwhile):
        counting.count(space, batch)
    assert stored(space)["learning counter#space total"] == {"e": 10, "a": 10}


def test_own_records_cost_nothing_and_set_off_nothing(aws: Cloud) -> None:
    space = space_of_learners()
    learners.enrol(space, "an", "khoa1")
    feed = Feed(aws, space)
    feed.deliver_all()
    assert feed.length("shard-0") > 3  # the enrolment, the mark of the day, counters and checkpoint
    own = changes.read(feed.event("shard-0", 3, feed.length("shard-0")))
    meter = Meter()
    token = METER.set(meter)
    try:
        counting.count(space, own)
    finally:
        METER.reset(token)
    assert meter.calls == 0


def spent(count: Callable[[], None]) -> Meter:
    """What counting spends."""
    meter = Meter()
    token = METER.set(meter)
    try:
        count()
    finally:
        METER.reset(token)
    return meter


def test_a_hundred_changes_take_two_calls(aws: Cloud) -> None:
    """As when a ministry orders a course: a hundred people enrol in it, all on one day."""
    space = space_of_learners()
    for number in range(100):
        learners.enrol(space, f"hoc-vien-{number}", "khoa1", national="qg1")
    feed = Feed(aws, space)
    feed.read()
    meter = spent(lambda: counting.count(space, changes.read(feed.event("shard-0", 0, 100))))
    assert meter.operations == ["GetItem", "TransactWriteItems"]
    # The checkpoint; space and its day; course and its day; and for the nation space, month and course.
    assert (meter.rcu, meter.wcu) == (1, 16)


def test_audiences_add_two_counters_each_however_many_enrol(aws: Cloud) -> None:
    space = space_of_learners()
    for number in range(100):
        learners.enrol(space, f"hoc-vien-{number}", "khoa1", national="qg1", audiences="students to-1")
    feed = Feed(aws, space)
    feed.read()
    meter = spent(lambda: counting.count(space, changes.read(feed.event("shard-0", 0, 100))))
    assert meter.operations == ["GetItem", "TransactWriteItems"]
    # Each audience, and each in the course; and for the nation the one that all spaces have.
    assert (meter.rcu, meter.wcu) == (1, 16 + 2 * 2 * 2 + 2)


@dataclass
class Learning:
    """A plain model of who is where: no deltas, no days of processing, only lists of people."""

    registered: dict[str, int] = field(default_factory=dict)
    enrolled: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    days: set[tuple[str, str, str]] = field(default_factory=set)
    grouped: dict[str, str] = field(default_factory=dict)

    def expected(self, slug: str, national: dict[str, str]) -> dict[str, dict[str, int]]:
        """Every counter that must then be there."""
        numbers: dict[tuple[str, str], int] = {}

        def add(row: str, name: str) -> None:
            numbers[row, name] = numbers.get((row, name), 0) + 1

        for at in self.registered.values():
            add("learning counter#space total", "r")
            add(f"learning counter#space {day(at)}", "r")
            add(f"platform national-figures {slug}", "r")
            add(f"platform national-figures#{day(at)[:7]} {slug}", f"r{day(at)[8:]}")
        for (_, course), each in self.enrolled.items():
            for name in names_of(each):
                add("learning counter#space total", name)
                add(f"platform national-figures {slug}", name)
                add(f"learning counter#courses {course}", name)
                if course in national:
                    add(f"platform national-figures#courses {national[course]}#{slug}", name)
            for name, at in (("e", each["at"]), ("f", each["fin"])):
                if at:
                    add(f"learning counter#space {day(at)}", name)
                    add(f"platform national-figures#{day(at)[:7]} {slug}", f"{name}{day(at)[8:]}")
                    add(f"learning counter#course#{course} {day(at)}", name)
        for row, name in self._of_audiences(slug):
            add(row, name)
        for _, course, on in self.days:
            add(f"learning counter#course#{course} {on}", "d")
        for _, on in {(person, on) for person, _, on in self.days}:
            add(f"learning counter#space {on}", "d")
            add(f"platform national-figures#{on[:7]} {slug}", f"d{on[8:]}")
        rows: dict[str, dict[str, int]] = {}
        for (row, name), number in numbers.items():
            rows.setdefault(row, {})[name] = number
        return rows

    def _of_audiences(self, slug: str) -> Iterator[tuple[str, str]]:
        """What of them counts for an audience; the nation knows the workers alone."""
        within = [(audience, "", "m") for audience in self.grouped.values()]
        for (person, course), each in self.enrolled.items():
            if person in self.grouped:  # the one that they are in now, whenever they enrolled
                within += [(self.grouped[person], course, name) for name in names_of(each)]
        for audience, of, name in within:
            yield f"learning counter#audiences {audience}", name
            if of:
                yield f"learning counter#audience#{audience} {of}", name
            if audience == "workers":
                yield f"platform national-figures#audiences workers#{slug}", name


def names_of(enrolled: dict[str, Any]) -> list[str]:
    """The figures that an enrolment counts in."""
    names = ["e"] + ["x"] * enrolled["left"] + ["f"] * bool(enrolled["fin"])
    return names + ["a"] * (not enrolled["left"] and not enrolled["fin"])


def day(at: int) -> str:
    """The day in Vietnam, reckoned otherwise than the program does."""
    return datetime.fromtimestamp(at, ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%Y-%m-%d")


NATIONAL = {"khoa1": "qg1"}
people = st.sampled_from(["an", "binh", "chi", "dung", "em"])
course_ids = st.sampled_from(["khoa1", "khoa2"])
moments = st.integers(0, 12 * 24).map(lambda hours: NOON + hours * 3600)
actions = st.tuples(
    st.sampled_from(["register", "group", "enrol", "enrol", "learn", "leave", "come_back", "complete"]),
    people,
    course_ids,
    moments,
)
# What happens to a shard's records next: how many of those already taken come again, how many new ones come, and
# after how many DynamoDB calls the process is killed, if at all.
deliveries = st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(1, 7), st.none() | st.integers(1, 20))


def act(space: Space, model: Learning, kind: str, person: str, course: str, at: int) -> None:
    """Do it to the table and, when it was done, to the model."""
    key, seen = (person, course), None
    if kind == "register" and person not in model.registered:
        learners.register(space, person, at)
        model.registered[person] = at
    elif kind == "group":
        model.grouped[person] = ["workers", "to-1", "to-2"][at // 3600 % 3]
        learners.group(space, person, [model.grouped[person]], at)
    elif kind == "enrol" and learners.enrol(space, person, course, at, NATIONAL.get(course), model.grouped.get(person)):
        model.enrolled[key] = {"at": at, "left": False, "fin": None}
        seen = at
    elif kind == "learn" and learners.learn(space, person, course, at):
        seen = at
    elif kind == "leave" and learners.leave(space, person, course):
        model.enrolled[key]["left"] = True
    elif kind == "come_back" and learners.come_back(space, person, course):
        model.enrolled[key]["left"] = False
    elif kind == "complete" and learners.complete(space, person, course, at):
        model.enrolled[key]["fin"] = at
    if seen:
        model.days.add((person, course, day(seen)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(actions, max_size=12), min_size=1, max_size=4),
    st.lists(deliveries, max_size=30),
    st.integers(1, 3),
)
def test_whatever_is_delivered_however_the_figures_are_those_of_the_people(
    aws: Cloud,
    rounds: list[list[tuple[str, str, str, int]]],
    orders: list[tuple[int, int, int, int | None]],
    shards: int,
) -> None:
    space, model = space_of_learners(), Learning()
    feed, taken = Feed(aws, space, shards), dict[str, int]()
    pending = list(orders)
    for actions_now in rounds:
        for action in actions_now:
            act(space, model, *action)
        feed.read()
        for which, again, fresh, killed in pending[: len(orders) // len(rounds) + 1]:
            if not feed.names():
                break
            shard = feed.names()[which % len(feed.names())]
            start = max(0, taken.get(shard, 0) - again)
            stop = min(feed.length(shard), taken.get(shard, 0) + fresh)
            with killed_at(killed or 10**9):
                if feed.deliver(shard, start, stop):
                    taken[shard] = max(stop, taken.get(shard, 0))
            feed.read()
        del pending[: len(orders) // len(rounds) + 1]
    feed.deliver_all(size=7)
    assert stored(space) == model.expected(space.slug, NATIONAL)
    assert recount.recount(space.slug, log=feed.log).wrong == []
