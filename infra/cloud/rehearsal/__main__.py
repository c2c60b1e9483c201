"""``make rehearse``: the packaged stack deployed into an emulated account that checks every signature and policy; then
the main job through its API Gateway address, an intruder and a second release while a space is being closed, the end.

Each step says how long it took. What the emulator cannot judge: ``docs/decisions/rehearsal.md``.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.metering import measuring
from chalicelib.storage.names import TABLE_KINDS
from infra.cloud.account import DeployFailed
from infra.cloud.queues import DEAD
from infra.cloud.rehearsal import walls
from infra.cloud.rehearsal.stand import STAGE, Stand, stand
from infra.cloud.rehearsal.walls import require
from infra.cloud.runtime import UnfitMachine
from infra.cloud.wheels import BuildFailed
from infra.local.demo import client, content
from infra.local.demo.client import Client, Failed
from infra.local.demo.journey import COURSE, step
from infra.local.engine import EngineFailed

OPERATOR, PASSWORD = "operator@hoc.vn", "mot-mat-khau-rat-dai-2026"
CENTRAL, HUE, NEIGHBOUR = STAGE.central, "hue", "hue-city"
STUCK_S = 120
# Each question is a line of log, for which the emulator starts a process of the meter at once: so they are few.
PATIENCE_S, EVERY_S = 240.0, 2.0


def main() -> int:
    """The exit status: 0 when every step went well."""
    began = time.perf_counter()
    for wanted in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(wanted, _end)
    try:
        with _folder() as folder, stand(folder) as here:
            Rehearsal(here, folder).run()
    except (Failed, DeployFailed, BuildFailed, EngineFailed, UnfitMachine) as failure:
        print(f"\nmake rehearse: {failure}", file=sys.stderr)
        return 1
    print(f"\nRehearsed in {time.perf_counter() - began:.0f} s.")
    return 0


def _end(number: int, _frame: object) -> None:
    """Leave by the way of all failures, which ends the account and deletes the folder; asking again changes nothing."""
    for wanted in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(wanted, signal.SIG_IGN)
    print("\nmake rehearse: ended; clearing up", file=sys.stderr)
    raise SystemExit(128 + number)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for all that the account keeps, deleted in the end whatever a function that was cut off still writes."""
    folder = Path(tempfile.mkdtemp(prefix="hocmo-rehearsal-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Rehearsal:
    """The steps, in order: each stands on the ones before."""

    def __init__(self, here: Stand, folder: Path) -> None:
        self.here = here
        self.folder = folder
        self.course = next(each for each in content.courses() if each.slug == COURSE)

    def run(self) -> None:
        """Raises: Failed, DeployFailed."""
        with step("The stage is deployed"), redirect_stdout(StringIO()):
            self.here.deployment.deploy()
        with step("Its first operator is made, and signs in at API Gateway"):
            self._first_operator()
        with step("Three spaces are opened by the provisioning function, each stream attached"):
            self._open()
        with step("The centre publishes a course and offers it; hue adopts it and publishes one of its own"):
            self._teach()
        with step("A learner registers, learns to the end; the stream's function counts, space and nation show it"):
            self._learn()
        with step("What hue used is metered from the functions' logs"):
            self._expect_usage()
        stuck = self._leave_a_job_stuck()
        with step(
            "hue-city is suspended and asked to be closed: nothing is dropped for as long as its changes may come"
        ):
            self._begin_closing()
        with step(
            "Keys assumed for hue open nothing of hue-city or the centre: tables, files, signed addresses, forms"
        ):
            walls.require_spaces_apart(self.here, HUE, (NEIGHBOUR, CENTRAL))
        with step(
            "No function's own keys open a space or rule over the platform's table; provision alone makes tables"
        ):
            walls.require_functions_bounded(self.here, HUE)
        with step("What is not there is told in our own form, by the gateway as by the code"):
            walls.require_told_as_problems(self.here, self.learner)
        with step("The next release is deployed over live data: nobody is signed out, nothing is lost"):
            self._release()
        with step("hue-city is closed: its tables and its stream's mapping are gone"):
            self._expect_closed()
        with step("The schedule's function found the job that nobody was told of, and it was done"):
            self._wait("the stuck job", lambda: self._state_of(stuck) == "done")
        with step("No function was refused anything, no message is dead"):
            self._expect_peace()
        with step("The stack is deleted; what holds data is left"):
            self._destroy()

    def _first_operator(self) -> None:
        from infra.cloud import first_operator

        self.here.serve_in_process()
        first_operator.ensure(OPERATOR, "Trần Thị Điều Hành", PASSWORD)
        operator = client.sign_in(self.here.address, None, OPERATOR, PASSWORD)
        if operator is None:
            raise Failed("the first operator cannot sign in")
        self.operator = operator

    def _open(self) -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(self._open_one, (CENTRAL, HUE, NEIGHBOUR)))
        mapped = self._mappings()
        require({f"{STAGE.stack}-{slug}-learning" for slug in (CENTRAL, HUE, NEIGHBOUR)} <= mapped, f"mapped: {mapped}")

    def _open_one(self, slug: str) -> None:
        client.open_space(self.operator, _tenant(slug), patience_s=PATIENCE_S, every_s=EVERY_S)

    def _mappings(self) -> set[str]:
        """The tables whose streams feed the change handler."""
        found = self.here.client("lambda").list_event_source_mappings(FunctionName=f"{STAGE.stack}-apply_changes")
        sources = [each["EventSourceArn"] for each in found["EventSourceMappings"]]
        return {source.split(":table/")[1].split("/")[0] for source in sources}

    def _teach(self) -> None:
        centre = self._admin(CENTRAL)
        offered = client.publish(centre, CENTRAL, self.course)
        centre.post(f"/spaces/{CENTRAL}/courses/{offered}/offer")
        self.admin = self._admin(HUE)
        self.admin.post(f"/spaces/{HUE}/courses", {"adopt": offered})
        self.course_id = client.publish(self.admin, HUE, self.course)

    def _admin(self, slug: str) -> Client:
        return client.invited(self.here.address, slug, f"admin@{slug}.hoc.vn", PASSWORD, self.here.mails_to)

    def _learn(self) -> None:
        at = self.here.address
        self.learner = client.register(at, HUE, "Nguyễn Thị Học", "hoc@hue.hoc.vn", PASSWORD)
        client.learn(self.learner, HUE, self.course_id, self.course, mistakes=1)
        self._wait("the space's report", lambda: _completions(self.admin, f"/spaces/{HUE}/reports/summary") == 1)
        self._wait("the national report", lambda: _completions(self.operator, "/reports/national") == 1)

    def _expect_usage(self) -> None:
        def used() -> bool:
            totals = self.operator.get(f"/tenants/{HUE}/usage")["totals"]
            return bool(totals["requests"] > 0 and totals["writes"] > 0 and totals["jobs"] > 0)

        self._wait("hue's usage", used)

    def _release(self) -> None:
        before = self._code()
        folder = self.folder / "next"
        folder.mkdir()
        with redirect_stdout(StringIO()):
            self.here.release(folder)
        require(self._code() != before, "the functions run the code of before")
        card = self.learner.get(f"/spaces/{HUE}/me/enrolments")["items"][0]
        require(card["state"] == "completed", f"after the release: {card}")
        self.operator.get(f"/tenants/{HUE}")

    def _code(self) -> str:
        told = self.here.client("lambda").get_function_configuration(FunctionName=f"{STAGE.stack}-api")
        return str(told["CodeSha256"])

    def _leave_a_job_stuck(self) -> str:
        """A job that is written down and of which the queue never hears, for this process knows no queue: as after a
        crash between the two."""
        moment = clock.epoch_s() - STUCK_S
        clock.set_source(lambda: moment)
        try:
            return queue.enqueue(measuring.MEASURE, HUE, {})
        finally:
            clock.set_source(None)

    def _state_of(self, job_id: str) -> str:
        found = queue.peek(HUE, job_id)
        return found.state if found else "?"

    def _begin_closing(self) -> None:
        self.operator.post(f"/tenants/{NEIGHBOUR}/suspension", {"reason": "Sáp nhập vào thành phố Huế."})
        self.operator.post(f"/tenants/{NEIGHBOUR}/closing", {"confirm": NEIGHBOUR, "reason": "Đã bàn giao dữ liệu."})

    def _expect_closed(self) -> None:
        self._wait("closing", lambda: self.operator.get(f"/tenants/{NEIGHBOUR}")["status"] == "closed")
        left = [kind for kind in TABLE_KINDS if self._has_table(f"{STAGE.stack}-{NEIGHBOUR}-{kind}")]
        require(not left, f"tables left: {left}")
        require(f"{STAGE.stack}-{NEIGHBOUR}-learning" not in self._mappings(), "its stream is still mapped")

    def _has_table(self, name: str) -> bool:
        dynamodb = self.here.client("dynamodb")
        try:
            dynamodb.describe_table(TableName=name)
        except dynamodb.exceptions.ResourceNotFoundException:
            return False
        return True

    def _expect_peace(self) -> None:
        refused = [line for line in self._log_lines() if "AccessDenied" in line or '"level":"ERROR"' in line]
        require(not refused, "\n".join(refused[:3]))
        sqs = self.here.client("sqs")
        for name in DEAD.values():
            url = sqs.get_queue_url(QueueName=f"{STAGE.stack}-{name}")["QueueUrl"]
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            require(told["Attributes"]["ApproximateNumberOfMessages"] == "0", f"{name} has messages")

    def _log_lines(self) -> Iterable[str]:
        logs = self.here.client("logs")
        for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STAGE.stack}-")["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                yield from (event["message"] for event in page["events"])

    def _destroy(self) -> None:
        table = self.here.told["PlatformTable"]
        with redirect_stdout(StringIO()):
            self.here.deployment.destroy()
        require(self._has_table(table), "the platform's table went with the stack")
        require(all(self._has_table(f"{STAGE.stack}-{HUE}-{kind}") for kind in TABLE_KINDS), "hue's tables are gone")
        try:
            self.here.client("lambda").get_function(FunctionName=f"{STAGE.stack}-api")
        except ClientError:
            return
        raise Failed("the API's function is left")

    def _wait(self, what: str, ready: Callable[[], Any]) -> None:
        client.wait_for(what, ready, patience_s=PATIENCE_S, every_s=EVERY_S)


def _tenant(slug: str) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": f"Không gian {slug}",
        "kind": "ministry" if slug == CENTRAL else "province",
        "brand": {"short_name": slug, "colours": {"primary": "#0b6e4f"}},
        "first_admin": {"name": "Trần Quản Trị", "email": f"admin@{slug}.hoc.vn"},
    }


def _completions(reader: Client, report: str) -> int:
    return int(reader.get(report)["totals"]["completions"])


if __name__ == "__main__":
    sys.exit(main())
