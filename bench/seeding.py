"""Many learners at once: one is made through the API, and the items that this wrote are multiplied.

Every copy has an id and a login of its own, and stands in the index where the program would have put it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.caller import Caller
from bench.operations import register
from bench.world import World, report, token
from chalicelib import ids
from chalicelib.learning import items
from infra.local.settings import REGION

BATCH = 25
PROCESSES = 2
_FEWEST_FOR_PROCESSES = 2_000


@dataclass(frozen=True, slots=True)
class Template:
    """The items of one learner in one course, by table, as DynamoDB's JSON."""

    person: str
    login: str
    course: str
    tables: dict[str, list[str]]

    def of(self, number: int) -> dict[str, list[dict[str, Any]]]:
        """The items of the learner of that number."""
        person = ids.derived("bench", str(number))
        login = f"hoc-vien-{number:07d}@hue.example"
        made: dict[str, list[dict[str, Any]]] = {}
        for table, texts in self.tables.items():
            copies = (text.replace(self.person, person).replace(self.login, login) for text in texts)
            made[table] = [self._placed(json.loads(text), person) for text in copies]
        return made

    def _placed(self, item: dict[str, Any], person: str) -> dict[str, Any]:
        if "c" in item:
            item["c"] = {"S": items.index_partition(self.course, ids.shard(person, items.SHARDS))}
        return item


def template(world: World, course: str) -> Template:
    """A learner who registered, enrolled in ``course`` and did two lessons of it."""
    login = "hoc-vien-mau@hue.example"
    register(world, login)
    person = _person_of(world, login)
    learner = Caller(token(world.slug, "learner", person))
    learner.call("PUT", world.at(f"/me/enrolments/{course}"))
    for lesson in "12":
        report(learner, world, course, lesson)
    return Template(person, login, course, _written(world, person, login))


def _person_of(world: World, login: str) -> str:
    found = world.admin.call("GET", world.at("/people"), query={"q": login})["items"]
    return str(found[0]["id"])


def _written(world: World, person: str, login: str) -> dict[str, list[str]]:
    client = database(world.account.database_url)
    found = {}
    for kind in ("people", "learning"):
        table = f"hocmo-local-{world.slug}-{kind}"
        rows = client.get_paginator("scan").paginate(TableName=table)
        own = [item for page in rows for item in page["Items"] if person in item["pk"]["S"] or login in item["pk"]["S"]]
        found[table] = [json.dumps(item, ensure_ascii=False) for item in own]
    return found


def database(url: str) -> Any:
    """A client of the engine, with what an SDK's user would set who counts every microsecond."""
    import botocore.session
    from botocore.config import Config

    settings = Config(
        parameter_validation=False,
        user_agent="bench",
        retries={"mode": "standard", "max_attempts": 3},
        tcp_keepalive=True,
    )
    session = botocore.session.get_session()
    return session.create_client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=url,
        config=settings,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def fill(world: World, made: Template, first: int, last: int) -> None:
    """Write the learners numbered from ``first`` to before ``last``."""
    url = world.account.database_url
    if last - first < _FEWEST_FOR_PROCESSES:
        write(url, made, range(first, last))
        return
    size = (last - first) // (PROCESSES * 8) + 1
    parts = [range(start, min(start + size, last)) for start in range(first, last, size)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for done in [pool.submit(write, url, made, part) for part in parts]:
            done.result()


def write(url: str, made: Template, numbers: Sequence[int]) -> None:
    """Write these learners' items, 25 in a batch."""
    client = database(url)
    for requests in _batches(made, numbers):
        left = client.batch_write_item(RequestItems=requests)["UnprocessedItems"]
        while left:
            left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]


def _batches(made: Template, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    waiting: list[tuple[str, Any]] = []
    for number in numbers:
        waiting += [(table, item) for table, found in made.of(number).items() for item in found]
        while len(waiting) >= BATCH:
            yield _batch(waiting[:BATCH])
            del waiting[:BATCH]
    if waiting:
        yield _batch(waiting)


def _batch(waiting: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    requests: dict[str, Any] = {}
    for table, item in waiting:
        requests.setdefault(table, []).append({"PutRequest": {"Item": item}})
    return requests
