"""Child processes that never outlive us unnoticed: they end with their parent, and are recorded for the next start."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from infra.local import places

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(command: Sequence[str], environment: Mapping[str, str], log: Path | None) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own, so that Ctrl-C reaches only us and we stop children in order.

    Its output is appended to `log`, or shown where there is none. Must be called from the main thread: on Linux the
    kernel ends the child when the thread that started it ends.
    """
    with ExitStack() as opened:
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=opened.enter_context(log.open("ab")) if log else None,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 - nothing but two system calls, prepared before the fork
        )


def _end_with(parent: int) -> Callable[[], None]:
    """What the child does first: ask Linux for SIGTERM when `parent` dies, even by kill -9.

    Elsewhere nothing does that, and `end_recorded` finds what was left over at the next start.
    """

    def ask() -> None:
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return ask


def stop(process: subprocess.Popen[bytes], patience_s: float = 5) -> None:
    """End `process`: politely first, so that it keeps its state, then by force."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def record(pids: Mapping[str, int]) -> None:
    """Remember the running children, each with what tells it from another process that later gets the same number."""
    places.write_json(places.CHILDREN, {name: {"pid": pid, "is": identity(pid)} for name, pid in pids.items()})


def end_recorded(patience_s: float = 5) -> list[str]:
    """End the children that a killed `make run` left behind. Returns their names."""
    kept = places.read_json(places.CHILDREN)
    left = {
        name: child["pid"]
        for name, child in kept.items()
        if child.get("is") is not None and identity(child["pid"]) == child["is"]
    }
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in left.values():
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        if all_gone(list(left.values()), patience_s):
            break
    places.CHILDREN.unlink(missing_ok=True)
    return sorted(left)


def all_gone(pids: Sequence[int], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while any(identity(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def identity(pid: int) -> str | None:
    """The command and start time of a living process: what a number alone does not tell. None when there is none."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        if not Path("/proc/self").exists():
            told = subprocess.run(
                ["ps", "-o", "stat=,lstart=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
            ).stdout.split(maxsplit=1)
            return told[1].strip() if len(told) > 1 and not told[0].startswith("Z") else None
        after_name = stat.read_text().rpartition(")")[2].split()
        state, started = after_name[0], after_name[19]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return None
    return None if state in "ZX" else f"{started} {command}"
