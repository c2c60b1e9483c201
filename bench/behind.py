"""What happens behind requests: jobs that the queues hand over, changes that the tables' streams tell of."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.account import Account, invoke
from infra.local.changes import Changes
from infra.local.streams import Streams

_ROUNDS = 50
_LATER_S = 100.0  # past every pause of the follower: its clock is ours


@dataclass(slots=True)
class Behind:
    """The functions that are not the API's, run until nothing is left to do."""

    account: Account
    _now_s: float = 0.0
    _changes: Changes = field(init=False)

    def __post_init__(self) -> None:
        import app

        streams, kept_at = Streams(self.account.database_url), self.account.database.with_name("positions.json")
        self._changes = Changes(streams, invoke(app.apply_changes), "hocmo-local-", kept_at, lambda: self._now_s)

    def drain(self) -> None:
        """Run jobs and apply changes until both are quiet."""
        for _ in range(_ROUNDS):
            before = self._reached()
            self._now_s += _LATER_S
            self._changes.step()
            if not self.account.run_jobs() and self._reached() == before and before:
                return
        raise AssertionError("jobs or changes never come to rest")

    def _reached(self) -> dict[str, str | None]:
        return {key: each.position for key, each in self._changes.followers.items()}
