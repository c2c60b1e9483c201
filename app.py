"""Builds the Chalice app and registers everything; no logic.

The four handlers are what Lambda runs, and what ``infra/local`` calls on one machine: the API (``app``), the job queue
(``run_jobs``), the learning tables' streams (``apply_changes``) and the clock (``tick``).
"""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate, SQSEvent

import chalicelib.assessment.routes
import chalicelib.audit.routes
import chalicelib.courses.routes
import chalicelib.http.routes
import chalicelib.identity.routes
import chalicelib.jobs.routes
import chalicelib.learning.routes
import chalicelib.people.routes
import chalicelib.provisioning.routes
import chalicelib.reports.routes
import chalicelib.tenants.routes  # noqa: F401 (importing a feature's routes declares its operations, jobs and reactions)
from chalicelib import logs
from chalicelib.http import gate
from chalicelib.jobs import queue, streams

logs.configure()
app = Chalice(app_name="hocmo")
gate.mount(app)


@app.on_sqs_message(queue="hocmo-jobs", batch_size=10)
def run_jobs(event: SQSEvent) -> dict[str, Any]:
    """Jobs that the queue hands over."""
    context: Any = event.context
    return queue.run_batch(event.to_dict(), context.get_remaining_time_in_millis())


@app.lambda_function(name="apply_changes")
def apply_changes(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of one learning table's stream."""
    return streams.apply(event)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def tick(event: CloudWatchEvent) -> dict[str, int]:
    """Every minute: what got stuck is hinted to the queue again."""
    return {"hinted": queue.sweep()}
