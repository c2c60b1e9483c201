"""``make restore``: bring a space's four tables to a point in time, beside the live ones, look, then switch.

DynamoDB renames no table, and restores into none that exists. So the point in time is restored beside (``beside``),
where no function may reach it, and can be looked at while the space goes on. To switch, that state is backed up, the
live table dropped and the backup restored under its name (``switch``): the registry says ``restoring`` meanwhile, which
nobody resumes, closes or restores (``chalicelib/provisioning/restoring.py``). What was live is kept by DynamoDB for 35
days, as a backup that it makes of any table dropped with point-in-time recovery on.

Every step looks at what is there, so that each command may be repeated after whatever went wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from chalicelib import clock, ids
from chalicelib.errors import Refusal
from chalicelib.provisioning import restoring
from chalicelib.provisioning.closing import QUIET_S
from chalicelib.provisioning.restoring import Phase, RestoreUnderWay
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry
from infra.cloud import account, as_deployer, stages
from infra.cloud.account import DeployFailed, told_clearly
from infra.cloud.restored_tables import Patience, RestoredTables
from infra.cloud.stages import Unfit

JOBS_WITHIN_S = 15 * 60


class Restoring:
    """One run of the command over a space. ``at``: the point in time, to the second."""

    def __init__(self, dynamodb: Any, slug: str, at: datetime, pause: Callable[[float], None] | None = None) -> None:
        self.slug = slug
        self.at = at
        self.to = f"{at:%Y%m%dT%H%M%S}"
        self._run = ids.new()
        self._phase: Phase | None = None  # none: this run does not hold the space
        self._patience = Patience(self._hold, pause) if pause else Patience(self._hold)
        self._tables = RestoredTables(dynamodb, Space(slug), self.to, self._patience)

    def beside(self) -> list[str]:
        """Restore the four tables beside the live ones, all at once; gives their names.

        Raises: DeployFailed, NotFound, TenantClosed.
        """
        restoring.note_beside(self.slug, self.to)
        self._tables.make_beside(self.at)
        return self._tables.beside()

    def switch(self) -> None:
        """Put the restored state in the live tables' place, end all sessions and clear up. It goes on where a run
        before died; one that gives up before anything is dropped leaves the space suspended.

        Raises: DeployFailed, NotFound, SpaceInUse, RestoreUnderWay, OtherRestoreUnfinished.
        """
        begun = restoring.begin(self.slug, self.to, self._run).restoring or {}
        self._phase = begun["phase"]
        try:
            if self._phase == "waiting":
                self._wait_for_quiet(begun["at"])
            if self._phase != "clearing":
                self._replace()
            self._clear()
            restoring.leave(self.slug, self._run)
        except BaseException:
            self._give_up()
            raise

    def clear(self) -> None:
        """Drop the tables beside that nobody wants any more. Raises: DeployFailed, NotFound, SpaceRestoring."""
        restoring.require_none(registry.require(self.slug))
        self._clear()

    def left_beside(self) -> list[str]:
        """Other points in time whose tables still stand beside. Raises: NotFound."""
        return sorted(registry.require(self.slug).beside or {})

    def _wait_for_quiet(self, begun_at: str) -> None:
        """No process remembers that the space may be entered, and no job is left that could write to it."""
        self._tables.require_ready()
        quiet_at = clock.from_timestamp(begun_at).timestamp() + QUIET_S
        self._patience.until(lambda: clock.epoch_s() >= quiet_at, "waiting for quiet", QUIET_S * 2)
        self._patience.until(
            self._has_no_jobs, "jobs of the space are still open (its admins see which)", JOBS_WITHIN_S
        )

    def _has_no_jobs(self) -> bool:
        return not restoring.has_open_jobs(self.slug)

    def _replace(self) -> None:
        self._hold()
        backups = self._tables.back_up()
        self._reach("replacing")
        self._tables.replace(backups, self._hold)
        self._tables.end_sessions()
        self._reach("clearing")

    def _clear(self) -> None:
        self._hold()
        self._tables.clear()
        restoring.forget_beside(self.slug, self.to)

    def _hold(self) -> None:
        if self._phase:
            restoring.hold(self.slug, self._run)

    def _reach(self, phase: Phase) -> None:
        restoring.hold(self.slug, self._run, phase)
        self._phase = phase

    def _give_up(self) -> None:
        """What another run took over is left to it. Backups that led to nothing would be found by nobody."""
        with suppress(RestoreUnderWay):
            self._hold()
            if self._phase == "waiting":
                self._tables.delete_backups()
            restoring.stop(self.slug, self._run)


def moment(text: str) -> datetime:
    """A point in time with its zone, as RFC 3339 has it, to the second. Raises: DeployFailed."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise DeployFailed(f"{text!r} is no time with its zone: write it like 2026-11-24T09:30:00+07:00")
    return found.astimezone(UTC).replace(microsecond=0)


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Restore a space's tables to a point in time.")
    parser.add_argument("step", choices=("beside", "switch", "clear"))
    parser.add_argument("stage")
    parser.add_argument("slug")
    parser.add_argument("at")
    asked = parser.parse_args()
    try:
        at = moment(asked.at)
        as_deployer.enter(asked.stage)
        here = account.enter(stages.read(asked.stage).region)
        with told_clearly("The tables could not be restored"):
            _do(asked.step, Restoring(here.client("dynamodb"), asked.slug, at))
    except (Unfit, DeployFailed) as failure:
        print(f"make restore: {failure}", file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"make restore: {asked.slug}: {refusal.detail('en')}", file=sys.stderr)
        return 1
    return 0


def _do(step: str, run: Restoring) -> None:
    if step == "beside":
        print("\n".join(["Restored beside; look at them, then make restore STEP=switch (or clear):", *run.beside()]))
        return
    if step == "clear":
        run.clear()
    else:
        run.switch()
        print(f"The tables of {run.slug} are those of {run.at.isoformat()}. Now, as an operator:")
        print(f"  POST /v1/tenants/{run.slug}/opening    attaches the new stream")
        print("  then count its reports anew and resume the space (docs/runbook.md)")
    if left := run.left_beside():
        print(f"Tables of other points in time still stand beside (STEP=clear drops them): {', '.join(left)}")


if __name__ == "__main__":
    sys.exit(main())
