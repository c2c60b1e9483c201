"""Everything that happens behind requests: jobs, table changes, the schedule. It calls the handlers that Lambda runs.

Threads: some for jobs (a long export must not hold up the opening of a space, which has a queue and threads of its
own), one each for the schedule, for metering and for keeping mail; the main one follows the tables' changes.
"""

import datetime
import logging
import os
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from contextvars import Context
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.local import LambdaContext
from urllib3.exceptions import HTTPError

from infra.local import mail, places, resources, settings
from infra.local.changes import Changes
from infra.local.jobs import Jobs
from infra.local.logs import FOLLOW_S, Logs
from infra.local.streams import Streams

JOB_THREADS = 4
PROVISIONING_THREADS = 2
TIMEOUT_MS = 900_000  # Lambda's own limit
TICK_S = 60.0
MAIL_S = 5.0
FAULT_S = 1.0

_log = logging.getLogger("hocmo.worker")


def invoke(handler: Callable[[Any, Any], Any]) -> Callable[[dict[str, Any]], Any]:
    """A Lambda handler as a function of its event alone; each call has a fresh context, as an invocation has."""

    def call(event: dict[str, Any]) -> Any:
        return Context().run(handler, event, LambdaContext("hocmo-local", 1024, TIMEOUT_MS))

    return call


def scheduled_event() -> dict[str, Any]:
    """What EventBridge sends each minute."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": settings.ACCOUNT,
        "time": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": settings.REGION,
        "resources": [f"arn:aws:events:{settings.REGION}:{settings.ACCOUNT}:rule/hocmo-local-tick"],
        "detail": {},
    }


def repeat(stop: threading.Event, step: Callable[[], float]) -> None:
    """Call `step` until `stop`, waiting as long as it says. Whatever it raises is logged, and it is called again."""
    while not stop.is_set():
        try:
            pause = step()
        except (HTTPError, BotoCoreError, ClientError) as error:
            # An engine is down, or came back without its queue; the supervisor mends that, and we try again.
            _log.warning("worker.engine_away %s", type(error).__name__)
            pause = FAULT_S
        except Exception:
            _log.exception("worker.fault")
            pause = FAULT_S
        stop.wait(pause)


def every(seconds: float, action: Callable[[], object]) -> Callable[[], float]:
    """`action` as a step of `repeat`."""

    def step() -> float:
        action()
        return seconds

    return step


def main() -> None:
    """The worker process of `make run`; ends on SIGTERM once what it is doing is done."""
    import app

    logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s", level=logging.WARNING)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    aws = os.environ["HOCMO_AWS_URL"]
    sqs = resources.client("sqs", aws)
    jobs = Jobs(sqs, os.environ["HOCMO_JOBS_QUEUE_URL"], invoke(app.run_jobs))
    provisioning = Jobs(sqs, os.environ["HOCMO_PROVISIONING_QUEUE_URL"], invoke(app.provision))
    changes = Changes(
        Streams(os.environ["HOCMO_DYNAMODB_URL"]), invoke(app.apply_changes), f"hocmo-{os.environ['HOCMO_STAGE']}-"
    )
    tick = invoke(app.tick)
    threads = [start(stop, every(0, jobs.step)) for _ in range(JOB_THREADS)]
    threads += [start(stop, every(0, provisioning.step)) for _ in range(PROVISIONING_THREADS)]
    threads.append(start(stop, every(TICK_S, lambda: tick(scheduled_event()))))
    threads.append(start(stop, every(FOLLOW_S, Logs(invoke(app.meter)).step)))
    threads.append(start(stop, every(MAIL_S, lambda: mail.collect(aws, places.MAIL))))
    repeat(stop, changes.step)
    for thread in threads:
        thread.join()


def start(stop: threading.Event, step: Callable[[], float]) -> threading.Thread:
    thread = threading.Thread(target=repeat, args=(stop, step), daemon=True)
    thread.start()
    return thread


if __name__ == "__main__":
    main()
