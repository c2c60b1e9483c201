"""Builds the Chalice app and registers everything; no logic.

The handlers are what Lambda runs, and what ``infra/local`` calls on one machine: the API (``app``), the jobs' queue
(``run_jobs``), the queue of what opens and closes spaces (``provision``), the learning tables' streams
(``apply_changes``), the clock (``tick``) and the log lines of all of them (``meter``). They are plain functions: what
feeds each of them, and what each of them may touch, is declared in ``infra/cloud``.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice

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
from chalicelib.metering import measuring
from chalicelib.metering import meter as metering

logs.configure()
app = Chalice(app_name="hocmo")
gate.mount(app)


@app.lambda_function(name="run_jobs")
def run_jobs(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Jobs that the queue hands over."""
    return queue.run_batch(event, context.get_remaining_time_in_millis())


@app.lambda_function(name="provision")
def provision(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Jobs that make or drop what a space needs: no other function may."""
    return queue.run_batch(event, context.get_remaining_time_in_millis())


@app.lambda_function(name="apply_changes")
def apply_changes(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of one learning table's stream."""
    return streams.apply(event)


@app.lambda_function(name="tick")
def tick(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Every minute: what got stuck is hinted to its queue again; once a night, what tenants store is measured."""
    measuring.at_night()
    return {"hinted": queue.sweep()}


@app.lambda_function(name="meter")
def meter(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch of the other functions' log lines."""
    return metering.take(event)
