"""`make run`: everything on one machine, from nothing to a green health check, and kept running until Ctrl-C.

Nothing listens beyond loopback. All data is in .local/ (HOCMO_HOME), and survives Ctrl-C and kill -9.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from infra.local import engine, lock, places, ports, processes, resources
from infra.local.engine import EngineFailed
from infra.local.lock import AlreadyRunning
from infra.local.settings import Addresses, app_environment, clean_environment
from infra.local.supervisor import Child, Supervisor, complain, say

ROOM_TO_START = 200_000_000
ROOM_TO_GO_ON = 50_000_000
BEAT_S = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PASSWORD = "Hoc-mo-2026"  # noqa: S105 - of the demo's accounts, which exist on this machine alone
ACCOUNTS = (
    ("operator@hocmo.local", "the platform: open spaces, see the national report"),
    ("admin@hue.hocmo.local", "the space hue: its people, courses, reports"),
    ("author@hue.hocmo.local", "writes courses in hue"),
    ("learner01@hue.hocmo.local", "learns in hue; so do learner02 to learner30"),
)
DEMO = "infra.local.demo.load"


class CannotStart(Exception):
    """Why not, and the way out, in one line."""


def main() -> int:
    """Returns the exit status: 0 after Ctrl-C, 1 when it could not start."""
    for sign in SIGNALS:  # SIGINT too: a shell that starts us in the background has it ignored
        signal.signal(sign, _interrupt)
    supervisor = Supervisor()
    try:
        with lock.held():
            try:
                run(supervisor)
            finally:
                stop(supervisor)
    except KeyboardInterrupt:
        return 0
    except (AlreadyRunning, CannotStart, EngineFailed) as error:
        complain(f"make run: {error}")
    except OSError as error:
        complain(f"make run: {error.strerror}: {error.filename or places.HOME}")
    return 1


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def run(supervisor: Supervisor) -> None:
    """Start everything, then keep it running; ends by KeyboardInterrupt. Raises: CannotStart, EngineFailed."""
    require_room(places.HOME)
    for name in processes.end_recorded():
        say(f"Ended {name}, left over by a run that was killed.")
    port = wanted_port(os.environ.get("PORT") or "8000")
    began = time.monotonic()
    say(f"Hocmo is starting; its data is in {places.HOME}")
    binary = engine.find_dynoxide()
    aws_port = ports.remembered("ministack")
    at = Addresses(port, ports.remembered("dynoxide") if binary else aws_port, aws_port)
    os.environ.update(app_environment(at))
    start(supervisor, at, binary)
    lock.publish(at)
    say(f"  healthy after {time.monotonic() - began:.1f} s")
    load_demo(supervisor, at)
    say(welcome(at))
    keep(supervisor, lambda: False)


def require_room(folder: Path) -> None:
    """Raises: CannotStart when the disk is all but full: better not to start than to stop in the middle of a write."""
    free = shutil.disk_usage(folder).free
    if free < ROOM_TO_START:
        raise CannotStart(
            f"only {free // 1_000_000} MB are free on the disk of {folder}, {ROOM_TO_START // 1_000_000} are needed. "
            "Make room there, or name another folder: HOCMO_HOME=/elsewhere make run"
        )


def wanted_port(text: str) -> int:
    """The port that PORT names. Raises: CannotStart when it names none, or one that is taken."""
    port = int(text) if text.isdecimal() else 0
    if not 0 < port <= ports.HIGHEST:
        raise CannotStart(f"PORT={text} is no port; try PORT=8000 make run")
    if not ports.is_free(port):
        other = ports.next_free(port)
        raise CannotStart(f"port {port} is taken by another program. Take another: PORT={other or 8001} make run")
    return port


def start(supervisor: Supervisor, at: Addresses, binary: Path | None) -> None:
    """All children at once, since importing takes the app as long as the engines take to be ready; until all is well.

    Raises: EngineFailed, CannotStart.
    """
    engines, gateway = _engines(at, binary), _gateway(at)
    supervisor.start(*engines, gateway, _worker(at))
    _require_loopback(supervisor)
    if gateway.process:
        engine.wait_for_answer(gateway.process, _health(at), lambda status: status == 200, gateway.log)


def _engines(at: Addresses, binary: Path | None) -> list[Child]:
    """dynoxide and ministack, each followed by what the app expects to find in it."""
    if binary:
        say(f"  database            {at.database_url} (dynoxide)")
        say(f"  S3, SQS, SES, SNS, STS   {at.aws_url} (ministack)")
        return [_dynoxide(at, binary), _ministack(at, engine.SERVICES)]
    say("WARNING: there is no dynoxide for this platform. ministack stands in, and a crash loses all items.")
    ministack = _ministack(at, (*engine.SERVICES, *engine.DATABASE_SERVICES))
    ministack.keeps_data = False
    ministack.then = partial(_create_all, at)
    return [ministack]


def _create_all(at: Addresses) -> None:
    resources.create_storage(at)
    resources.create_platform()


def _dynoxide(at: Addresses, binary: Path) -> Child:
    places.DATABASE.parent.mkdir(parents=True, exist_ok=True)
    return Child(
        "dynoxide",
        "The database (dynoxide)",
        engine.dynoxide_command(binary, at.database_port, places.DATABASE),
        clean_environment(),
        wait=lambda process, log: engine.wait_for_dynoxide(process, at.database_port, log, places.DATABASE),
        then=resources.create_platform,
    )


def _ministack(at: Addresses, services: Sequence[str]) -> Child:
    return Child(
        "ministack",
        "S3, SQS, SES and STS (ministack)",
        engine.ministack_command(),
        engine.ministack_environment(at.aws_port, places.AWS, services),
        wait=lambda process, log: engine.wait_for_ministack(process, at.aws_port, log),
        then=lambda: resources.create_storage(at),
    )


def _gateway(at: Addresses) -> Child:
    say(f"  gateway             {at.public_url}")
    return Child(
        "gateway",
        "The gateway",
        [sys.executable, "-m", "infra.local.gateway"],
        app_environment(at) | {"PORT": str(at.port)},
        wait=lambda process, log: engine.wait_for_answer(process, _health(at), lambda _status: True, log),
    )


def _worker(at: Addresses) -> Child:
    say(f"  worker              its log, and all others: {places.LOGS}")
    return Child("worker", "The worker", [sys.executable, "-m", "infra.local.worker"], app_environment(at))


def _health(at: Addresses) -> str:
    return f"http://{ports.LOOPBACK}:{at.port}/v1/health"


def _require_loopback(supervisor: Supervisor) -> None:
    """Raises: CannotStart when a new release of an engine opens a port to the network."""
    for child in supervisor.children:
        found = engine.listens_elsewhere(child.process.pid) if child.process else []
        if found:
            raise CannotStart(f"{child.title} listens beyond this machine ({', '.join(found)}); it was ended.")


def load_demo(supervisor: Supervisor, at: Addresses) -> None:
    """Load the demo if no earlier start did. A failure is said, and does not keep the app from running."""
    if places.DEMO_LOADED.exists() or not has_demo():
        return
    say("  demo                is loaded (once) …")
    began = time.monotonic()
    command = [sys.executable, "-c", f"import sys, {DEMO} as demo; demo.load(sys.argv[1])", at.public_url]
    loading = processes.start(command, app_environment(at), None)
    try:
        keep(supervisor, lambda: loading.poll() is not None)
    finally:
        processes.stop(loading)
    if loading.returncode:
        say("The demo could not be loaded; why is said above. The next make run tries again.")
    else:
        places.DEMO_LOADED.write_text("")
        say(f"  demo                loaded in {time.monotonic() - began:.0f} s")


def has_demo() -> bool:
    return find_spec("infra.local.demo") is not None and find_spec(DEMO) is not None


def welcome(at: Addresses) -> str:
    """Where to go, and as whom."""
    lines = [
        "",
        "Hocmo runs. Ctrl-C stops it; make reset forgets everything.",
        f"  API                 {at.public_url}/v1",
        f"  documentation       {at.public_url}/docs",
        f"  e-mail it sent      {at.public_url}/local/mail",
    ]
    if places.DEMO_LOADED.exists():
        lines += ["", f"Demo accounts, all with the password {PASSWORD}:"]
        lines += [f"  {login:<27} {what}" for login, what in ACCOUNTS]
    return "\n".join(lines)


def keep(supervisor: Supervisor, is_over: Callable[[], bool]) -> None:
    """Tend the children and watch the disk until `is_over`."""
    full = False
    while not is_over():
        supervisor.tend()
        now_full = shutil.disk_usage(places.HOME).free < ROOM_TO_GO_ON
        if now_full != full:
            say(
                f"WARNING: the disk of {places.HOME} is all but full. What is saved is safe, but until there is room "
                "writes fail, and files uploaded now may be lost."
                if now_full
                else f"There is room again on the disk of {places.HOME}."
            )
        full = now_full
        time.sleep(BEAT_S)


def stop(supervisor: Supervisor) -> None:
    """End all children, deaf to a second Ctrl-C: each has its time to save what it holds."""
    for sign in SIGNALS:
        signal.signal(sign, signal.SIG_IGN)
    if supervisor.children:
        say("\nStopping …")
        supervisor.stop()
        say("Stopped; the data is kept.")


if __name__ == "__main__":
    sys.exit(main())
