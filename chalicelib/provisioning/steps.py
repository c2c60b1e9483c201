"""A job of several steps, in order: each looks at what is there and does what is missing, so each may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalicelib.jobs.queue import Job, Run

Step = Callable[[Job], None]


def take(names: Sequence[str], steps: Mapping[str, Step], job: Job, run: Run) -> None:
    """Every step that is not done yet. The checkpoint counts those that are: a job killed anywhere goes on from
    there."""
    done = int(job.checkpoint.get("done", 0))
    for place, name in list(enumerate(names))[done:]:
        run.go_on_if_late()
        run.progress(place, len(names), {"done": place}, step=name)
        steps[name](job)
    run.progress(len(names), len(names), {"done": len(names)})
