"""The jobs of these tests, and how they are handed to a worker."""

from __future__ import annotations

import json
from collections.abc import Callable

from chalicelib import clock, config, ids
from chalicelib.errors import Conflict
from chalicelib.jobs.queue import Job, Run
from tests.emulated import Cloud

KIND = "test.work"
Work = Callable[[Job, Run], None]
Does = Callable[[Work], None]


class Killed(BaseException):
    """The worker is gone."""


class Refused(Conflict):
    """A rule that no retry mends."""

    code = "test_refused"
    vi = "Không thể làm việc này."
    en = "This cannot be done."


def later(seconds: float) -> None:
    """Time passes."""
    now = clock.epoch_ms() / 1000
    clock.set_source(lambda: now + seconds)


def message(tenant: str, job_id: str) -> dict[str, str]:
    """A message of the queue as Lambda gets it."""
    return {"messageId": ids.new(), "body": json.dumps({"tenant": tenant, "job": job_id}), "receiptHandle": "x"}


def hints(aws: Cloud, queue_url: str | None = None) -> list[dict[str, str]]:
    """What a queue (that of jobs unless told otherwise) has for a worker at this moment; it is taken out."""
    url = queue_url or config.current().jobs_queue_url
    found = []
    while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for each in messages:
            found.append(json.loads(each["Body"]))
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found
