"""The centre's background work on banks that it shares."""

from __future__ import annotations

from chalicelib.banks import catching_up, national, spreading
from chalicelib.banks.refs import Ref
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.storage import spaces

CATCHING_UP = catching_up  # importing it declares its handler


@queue.handles(national.SHARE)
def share(job: Job, run: Run) -> None:
    """Copy a bank's pictures for all spaces, then let all find it."""
    national.bring(spaces.find(job.tenant), job.payload["bank"], job.payload["since"], run, job.checkpoint.get("after"))


@queue.handles(spreading.CORRECTED, crosses="tenants")
def spread_key(job: Job, run: Run) -> None:
    """Bring a corrected key to all spaces that use the item."""
    done, after = int(job.checkpoint.get("done", 0)), job.checkpoint.get("after")
    run.result = {"spaces": spreading.bring(spaces.find(job.tenant), Ref(**job.payload), run, done, after)}
