"""Follows the logs of the gateway and the worker and hands their lines to the app, as a subscription filter of
CloudWatch Logs does.

How far each log is handed over is kept on disk; so is, before it is handed over, how far the next batch goes. A worker
killed in between hands over that very batch again, and the app counts it once. A log that was emptied (it grows no
further than 20 MB) or moved aside (at a start) is read from its new beginning; of one that was moved aside the rest is
read first.
"""

import datetime
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infra.local import log_events, places
from infra.local.log_events import Line

FOLLOW_S = 5.0
FOLLOWED = ("gateway", "worker")
BATCH_BYTES = 500_000
# What the app's subscription filter asks for in the cloud (infra/cloud).
METERED = ("request.answered", "job.ended", "changes.applied")

Handler = Callable[[dict[str, Any]], object]


class Logs:
    """The logs in a folder, and how far they are handed over. Used from one thread."""

    def __init__(self, handler: Handler, folder: Path = places.LOGS, kept_at: Path = places.METERED) -> None:
        self._handler = handler
        self._folder = folder
        self._kept_at = kept_at
        self._places: dict[str, dict[str, int]] = places.read_json(kept_at)

    def step(self) -> int:
        """Hand over what is new; gives how many lines. Raises: whatever the handler raises; the batch then comes
        again."""
        return sum(self._follow(name) for name in FOLLOWED)

    def _follow(self, name: str) -> int:
        handed = 0
        for path in self._parts(name):
            while batch := self._next(name, path):
                handed += batch
        return handed

    def _parts(self, name: str) -> Iterable[Path]:
        """The log, and before it the rest of the one that was moved aside since we read it."""
        log, aside = self._folder / f"{name}.log", self._folder / f"{name}.old.log"
        place = self._places.get(name)
        if place and _identity(aside) == place["log"]:
            yield aside
        yield log

    def _next(self, name: str, path: Path) -> int:
        """Hand over the next batch of a log; gives how many lines it had, metered or not."""
        identity = _identity(path)
        if identity is None:
            return 0
        place = self._places.get(name)
        if place is None or place["log"] != identity or place["upto"] > path.stat().st_size:
            place = {"log": identity, "upto": 0, "handing": 0, "emptied": self._emptied(name, identity)}
        content = _whole_lines(path, place["upto"], place["handing"] or place["upto"] + BATCH_BYTES)
        if not content:
            return 0
        self._keep(name, {**place, "handing": place["upto"] + len(content)})
        lines = _lines(content, f"{identity}-{place['emptied']}", place["upto"])
        metered = [line for line in lines if line is not None]
        if metered:
            self._handler(log_events.event(f"/aws/lambda/hocmo-local-{name}", f"{name}-{identity}", metered))
        self._keep(name, {**place, "upto": place["upto"] + len(content), "handing": 0})
        return len(lines)

    def _emptied(self, name: str, identity: int) -> int:
        """How often this log began anew, so that its lines have names of their own each time."""
        place = self._places.get(name)
        return place["emptied"] + 1 if place and place["log"] == identity else 0

    def _keep(self, name: str, place: dict[str, int]) -> None:
        self._places[name] = place
        places.write_json(self._kept_at, self._places)


def _identity(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _whole_lines(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as log:
        log.seek(start)
        content = log.read(end - start)
    return content[: content.rfind(b"\n") + 1]


def _lines(content: bytes, log: str, start: int) -> list[Line | None]:
    """The lines of a part of a log; None for those that no one meters. A line is named by where it stands."""
    found: list[Line | None] = []
    for raw in content.splitlines(keepends=True):
        found.append(_line(raw, f"{log}-{start}"))
        start += len(raw)
    return found


def _line(raw: bytes, name: str) -> Line | None:
    try:
        facts = json.loads(raw)
        if facts["event"] not in METERED:
            return None
        at = datetime.datetime.fromisoformat(facts["time"])
    except (ValueError, KeyError, TypeError):
        return None
    return Line(name, int(at.timestamp() * 1000), raw.decode().rstrip("\n"))
