"""Keeps the children of `make run` alive, and says plainly what happens to them."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from infra.local import engine, places, processes
from infra.local.engine import EngineFailed

HEALTHY_AFTER_S = 60.0
BACKOFF_AT_MOST_S = 15.0
LOG_AT_MOST = 20_000_000

Wait = Callable[[Popen[bytes], Path], None]


def at_once(_process: Popen[bytes], _log: Path) -> None:
    """The `wait` of a child that needs none."""


def nothing() -> None:
    """The `then` of a child after which nothing is to be done."""


@dataclass
class Child:
    """One process: how to start it, how to know that it serves, what to do then, and how it fared."""

    name: str
    title: str
    command: list[str]
    environment: Mapping[str, str]
    wait: Wait = at_once
    then: Callable[[], None] = nothing
    keeps_data: bool = True
    process: Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float | None = None

    @property
    def log(self) -> Path:
        return places.LOGS / f"{self.name}.log"

    def start(self) -> None:
        """Start it; `serve` waits until it does what it is for."""
        self.process = processes.start(self.command, self.environment, self.log)
        self.started_at = time.monotonic()

    def serve(self) -> None:
        """Raises: EngineFailed."""
        if self.process:
            self.wait(self.process, self.log)
            self.then()

    @property
    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass
class Supervisor:
    """The children, in the order in which they depend on each other."""

    children: list[Child] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic

    def start(self, *children: Child) -> None:
        """Start `children` side by side and wait until all serve. Raises: EngineFailed, naming the child."""
        for child in children:
            if child.log.exists():
                child.log.replace(child.log.with_suffix(".old.log"))
            self.children.append(child)
            child.start()
        self._record()
        for child in children:
            try:
                child.serve()
            except EngineFailed as error:
                raise EngineFailed(f"{child.title} did not start. {error} (all of it: {child.log})") from error

    def tend(self) -> None:
        """Announce what ended, and start it again: at once the first time, later each time after."""
        for child in self.children:
            if child.restart_at is not None:
                if self.clock() >= child.restart_at:
                    self._restart(child)
            elif child.is_dead:
                self._mourn(child)
            elif child.deaths and self.clock() - child.started_at > HEALTHY_AFTER_S:
                child.deaths = 0
            self._bound(child.log)

    def _mourn(self, child: Child) -> None:
        code = child.process.returncode if child.process else 0
        ended = f"ended with status {code}: {engine.last_words(child.log)}"
        say(f"{child.title} {f'was ended by signal {-code}.' if code < 0 else ended}")
        pause = 0.0 if child.deaths == 0 else min(2.0**child.deaths, BACKOFF_AT_MOST_S)
        child.deaths += 1
        child.restart_at = self.clock() + pause
        when = "now" if not pause else f"in {pause:.0f} s"
        say(f"  It is started again {when}; its data is {'kept' if child.keeps_data else 'LOST'}.")

    def _restart(self, child: Child) -> None:
        child.restart_at = None
        child.start()
        self._record()
        try:
            child.serve()
        except EngineFailed:
            if child.process and not child.is_dead:
                processes.stop(child.process)
            return  # found dead the next time
        say(f"{child.title} is back.")

    def stop(self) -> None:
        """End all, the dependent first: what is under way in the worker still finds its engines."""
        for child in reversed(self.children):
            if child.process:
                processes.stop(child.process, patience_s=10)
        self.children.clear()
        places.CHILDREN.unlink(missing_ok=True)

    def _record(self) -> None:
        processes.record({child.name: child.process.pid for child in self.children if child.process})

    @staticmethod
    def _bound(log: Path) -> None:
        """A log grows no further than 20 MB: children append, so it can be emptied under them."""
        try:
            if log.stat().st_size > LOG_AT_MOST:
                log.write_bytes(b"")
        except OSError:
            pass  # no log yet, or no room: neither is worth ending for


def say(line: str) -> None:
    """One line to whoever started us."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about why we cannot go on."""
    print(line, file=sys.stderr, flush=True)
