"""Builds the Chalice app and registers everything; no logic.

The handlers are what Lambda runs, and what ``infra/local`` calls on one machine: the API (``app``), the jobs' queue
(``run_jobs``), the queue of what opens and closes spaces (``provision``), the learning tables' streams
(``apply_changes``), the clock (``tick``) and the log lines of all of them (``meter``). They are plain functions: what
feeds each of them, and what each of them may touch, is declared in ``infra/cloud``.
"""

from __future__ import annotations

from typing import Any

from chalicelib import logs
from chalicelib.http import mounting
from chalicelib.http.dispatch import Api

# Modules whose import declares operations, jobs and reactions: each when it is first needed (http/mounting.py).
FEATURES = [
    "chalicelib.accounts.routes",
    "chalicelib.apps.routes",
    "chalicelib.assessment.analysis_routes",
    "chalicelib.assessment.definition_routes",
    "chalicelib.assessment.routes",
    "chalicelib.assessment.sitting_routes",
    "chalicelib.assignments.home_routes",
    "chalicelib.assignments.routes",
    "chalicelib.audiences.routes",
    "chalicelib.audit.routes",
    "chalicelib.banks.packages.routes",
    "chalicelib.banks.routes",
    "chalicelib.courses.routes",
    "chalicelib.credentials.routes",
    "chalicelib.http.routes",
    "chalicelib.identity.routes",
    "chalicelib.jobs.routes",
    "chalicelib.learning.routes",
    "chalicelib.library.routes",
    "chalicelib.metering.routes",
    "chalicelib.notifications.announcement_routes",
    "chalicelib.notifications.routes",
    "chalicelib.people.routes",
    "chalicelib.provisioning.routes",
    "chalicelib.reports.routes",
    "chalicelib.rosters.routes",
    "chalicelib.skills.routes",
    "chalicelib.sso.routes",
    "chalicelib.tenants.routes",
    "chalicelib.threads.routes",
    "chalicelib.threads.staff_routes",
]

logs.configure()
app = Api(app_name="hocmo")
app.api.binary_types = []  # whatever passes is text; files go to the bucket and come from there
mounting.mount(app, FEATURES)


@app.lambda_function(name="run_jobs")
def run_jobs(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Jobs that the queue hands over."""
    from chalicelib.jobs import queue

    mounting.everything()
    return queue.run_batch(event, context.get_remaining_time_in_millis())


@app.lambda_function(name="provision")
def provision(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Jobs that make or drop what a space needs: no other function may."""
    from chalicelib.jobs import queue

    mounting.everything()
    return queue.run_batch(event, context.get_remaining_time_in_millis())


@app.lambda_function(name="apply_changes")
def apply_changes(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A batch of one learning table's stream."""
    from chalicelib.jobs import streams

    mounting.everything()
    return streams.apply(event)


@app.lambda_function(name="tick")
def tick(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Every minute: what got stuck is hinted to its queue again; once a night, what tenants store is measured and files
    of documents that are long gone are removed; once a morning, whoever was told of something gets a letter, and
    whoever has something due is reminded; once an hour, what became overdue climbs to the admins."""
    from chalicelib.assignments import reminding
    from chalicelib.jobs import queue
    from chalicelib.library import leftovers
    from chalicelib.metering import measuring
    from chalicelib.notifications import digest
    from chalicelib.threads import climbing

    mounting.everything()
    hinted = queue.sweep()
    measuring.at_night()
    leftovers.each_night()
    digest.in_the_morning()
    reminding.in_the_morning()
    climbing.each_hour()
    return {"hinted": hinted}


@app.lambda_function(name="meter")
def meter(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch of the other functions' log lines."""
    from chalicelib.metering import meter

    return meter.take(event)
