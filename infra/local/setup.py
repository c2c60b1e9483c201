"""Installs what `make run` and `make test` need; started by the Makefile when the pinned files changed.

Runs on the standard library alone: it is what brings the rest.
"""

import fcntl
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VENV = Path(".venv")
MODULES = Path("node_modules")
OLDEST_NODE = 20


def main(part: str) -> int:
    """Install `python` or `node` packages. Returns the exit status: 0, or 1 after one line that says what is wrong."""
    install = {"python": install_python, "node": install_node}[part]
    try:
        with only_one(Path(f".setup-{part}.lock")):
            problem = install()
    except KeyboardInterrupt:
        problem = "interrupted; the next make goes on from here."
    if problem:
        print(f"make setup: {problem}", file=sys.stderr)
    return 1 if problem else 0


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold `lock`: two makes that start at once on a fresh clone must not install into each other's folder."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install_python() -> str | None:
    """Make .venv and install the pinned packages; `.ready` is written last, so an interrupted run starts over."""
    ready = VENV / ".ready"
    if is_newer(ready, Path("requirements.txt"), Path("requirements-dev.txt")):
        return None
    say("Making .venv (Python {}.{}) …".format(*sys.version_info))
    try:
        venv.create(VENV, with_pip=True, clear=not (VENV / "bin" / "python").exists())
    except (OSError, subprocess.CalledProcessError) as error:
        return f"Python could not make .venv ({error}). On Debian and Ubuntu: apt install python3-venv"
    say("Installing Python packages …")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    problem = run_showing([*pip, "-r", "requirements-dev.txt"], r"^(?:Collecting|Downloading|Installing collected)")
    if not problem:
        ready.touch()
    return problem


def install_node() -> str | None:
    """Install dynoxide with npm. Without a fitting Node that is refused, unless dynoxide is already on the PATH."""
    ready = MODULES / ".ready"
    if is_newer(ready, Path("package.json"), Path("package-lock.json")):
        return None
    unfit = why_node_is_unfit()
    if unfit and not shutil.which("dynoxide"):
        return unfit
    if not unfit:
        say("Installing dynoxide (the local DynamoDB engine) and the provider that tests sign in at …")
        unfit = run_showing(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], r"^added ")
        if unfit:
            return unfit
    MODULES.mkdir(exist_ok=True)
    ready.touch()
    return None


def is_newer(ready: Path, *sources: Path) -> bool:
    """Whether another make installed everything while this one waited for the lock."""
    return ready.exists() and all(ready.stat().st_mtime >= source.stat().st_mtime for source in sources)


def why_node_is_unfit() -> str | None:
    """One line that says which Node is missing, or None."""
    wanted = f"Node {OLDEST_NODE} or newer is needed to install dynoxide, the local DynamoDB engine"
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{wanted}; there is no node with npm on the PATH."
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = re.match(r"v(\d+)", told)
    if not major or int(major.group(1)) < OLDEST_NODE:
        return f"{wanted}; node here is {told or 'broken'}."
    return None


def run_showing(command: list[str], lines: str) -> str | None:
    """Run `command`, showing of its output only what matches `lines`; all of its end when it fails."""
    tail: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            tail = [*tail[-14:], line]
            if re.search(lines, line):
                show(line.strip().split(" (from ")[0])
    say("", end="")
    if process.returncode:
        sys.stderr.writelines(tail)
        return f"`{' '.join(command[:4])} …` ended with status {process.returncode}; its last lines are above."
    return None


def show(line: str) -> None:
    """One line that is overwritten by the next on a terminal, and printed under the others elsewhere (CI's log)."""
    width = shutil.get_terminal_size().columns - 4
    text = line if len(line) <= width else line[: width - 1] + "…"
    say(f"  {text}", end="" if sys.stdout.isatty() else "\n")


def say(line: str, end: str = "\n") -> None:
    start = "\r\033[K" if sys.stdout.isatty() else ""
    print(f"{start}{line}", end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
