"""The two engines under the app: dynoxide (DynamoDB and its streams) and ministack (S3, SQS, SES, SNS, STS).

Both listen on loopback only. Used by `make run`, and by tests through `dynoxide()` and `ministack()`.
"""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import urllib3

from infra.local import ports, processes
from infra.local.places import REPOSITORY
from infra.local.ports import LOOPBACK
from infra.local.settings import REGION, clean_environment

SERVICES = ("s3", "sqs", "ses", "sns", "sts")
DATABASE_SERVICES = ("dynamodb", "dynamodbstreams")
PATIENCE_S = 30.0
ROOM_IN_MEMORY = 2_000_000_000  # bytes; an engine that serves a million items takes 1.2 GB

_http = urllib3.PoolManager(retries=False, timeout=2)


class EngineFailed(Exception):
    """An engine is missing, ended while starting, or never answered; the message says which, with its last words."""


def find_dynoxide() -> Path | None:
    """The binary that `npm ci` brought for this platform, or one on the PATH (brew, cargo), or None."""
    brought = sorted((REPOSITORY / "node_modules" / "@dynoxide").glob("*/dynoxide"))
    if brought:
        return brought[0]
    on_path = shutil.which("dynoxide")
    return Path(on_path) if on_path else None


def dynoxide_command(binary: Path, port: int, database: Path) -> list[str]:
    """How dynoxide is started; it makes the file if there is none."""
    return [str(binary), "serve", "--host", LOOPBACK, "--port", str(port), "--db-path", str(database)]


def ministack_command() -> list[str]:
    return [sys.executable, "-m", "ministack"]


def ministack_environment(port: int, folder: Path, services: Sequence[str] = SERVICES) -> dict[str, str]:
    """Everything ministack keeps goes into `folder`.

    Its MQTT (8883) and SFTP listeners would open on every address of the machine, so both are off; TMPDIR is ours,
    since it drops a file named only by port where another ministack would find it.
    """
    for part in ("state", "s3", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return clean_environment() | {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "SERVICES": ",".join(services),
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder / "tmp"),
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }


def wait_for_dynoxide(process: subprocess.Popen[bytes], port: int, log: Path, database: Path) -> None:
    """Return once dynoxide answers, and finds the end of a stream at once. Raises: EngineFailed."""
    wait_for_answer(process, f"http://{LOOPBACK}:{port}/", lambda status: status < 500, log)
    _index_streams(database)


def _index_streams(database: Path) -> None:
    """Give dynoxide's file the index that it lacks: for each write it asks for the last number of the table's stream,
    and would look through all of a day's records for it (measured: 5.6 ms a write after 20,000 of them; so 0.2 ms).

    Its engine prepares what it asks anew once the file has an index more. Another release may keep streams otherwise:
    then there is nothing to help.
    """
    with closing(sqlite3.connect(database, timeout=PATIENCE_S)) as file, suppress(sqlite3.OperationalError):
        file.execute(
            "CREATE INDEX IF NOT EXISTS hocmo_stream_ends"
            " ON _stream_records (table_name, CAST(sequence_number AS INTEGER))"
        )


def wait_for_ministack(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once ministack has read its state back and serves it. Raises: EngineFailed."""
    wait_for_answer(process, f"http://{LOOPBACK}:{port}/_ministack/ready", lambda status: status == 200, log)


def wait_for_answer(process: subprocess.Popen[bytes], url: str, is_ready: Callable[[int], bool], log: Path) -> None:
    """Return once `url` answers with a status that `is_ready` takes. Raises: EngineFailed."""
    told = "no answer"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EngineFailed(f"It ended with status {process.returncode}: {last_words(log)}")
        try:
            status = _http.request("GET", url).status
            if is_ready(status):
                return
            told = f"status {status}"
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.02)
    raise EngineFailed(f"{url} is not ready after {PATIENCE_S:.0f} s ({told}): {last_words(log)}")


def last_words(log: Path, lines: int = 3) -> str:
    """The end of a child's log, for a message about its death."""
    try:
        with log.open("rb") as kept:
            kept.seek(max(0, log.stat().st_size - 4096))
            told = kept.read().decode(errors="replace").split("\n")
    except OSError:
        return "(it left no log)"
    return " | ".join([line.strip()[:200] for line in told if line.strip()][-lines:]) or "(it said nothing)"


@contextmanager
def dynoxide(database: Path | None = None) -> Iterator[str]:
    """A DynamoDB engine for tests, at a port of its own; yields its address. Unless `database` is given, what it keeps
    is gone with it, and in memory where the machine has a folder there. Raises: EngineFailed."""
    binary = find_dynoxide()
    if binary is None:
        raise EngineFailed("dynoxide is not installed: make setup")
    with tempfile.TemporaryDirectory(prefix="hocmo-dynoxide-", dir=_memory()) as folder:
        log, file = Path(folder) / "log", database or Path(folder) / "items.db"
        wait = partial(wait_for_dynoxide, database=file)
        with _served(lambda port: dynoxide_command(binary, port, file), _plain, wait, log) as url:
            yield url


def _memory() -> Path | None:
    """A folder of which no byte is written to a disk; None where there is none, or one too small (as in containers)."""
    folder = Path("/dev/shm")  # noqa: S108 (what is put there has a random name of its own, and our rights alone)
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM_IN_MEMORY else None


@contextmanager
def ministack(folder: Path, services: Sequence[str] = SERVICES, *, iam: bool = False) -> Iterator[str]:
    """S3, SQS, SES, SNS and STS for tests, keeping their data in `folder`; yields their address. With `iam`, policies
    decide what each caller may do, and the key `test` is the account's root. Raises: EngineFailed."""

    def environment(port: int) -> Mapping[str, str]:
        return ministack_environment(port, folder, services) | ({"AUTH": "true"} if iam else {})

    with _served(lambda _port: ministack_command(), environment, wait_for_ministack, folder / "log") as url:
        yield url


def _plain(_port: int) -> Mapping[str, str]:
    return clean_environment()


@contextmanager
def _served(
    command: Callable[[int], list[str]],
    environment: Callable[[int], Mapping[str, str]],
    wait: Callable[[subprocess.Popen[bytes], int, Path], None],
    log: Path,
    tries: int = 3,
) -> Iterator[str]:
    """Start at a free port, anew when another program was quicker to take that port."""
    for attempt in range(tries):
        port = ports.any_free()
        process = processes.start(command(port), environment(port), log)
        try:
            wait(process, port, log)
            break
        except EngineFailed:
            processes.stop(process)
            if attempt == tries - 1:
                raise
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        processes.stop(process)


def listens_elsewhere(pid: int) -> list[str]:
    """The addresses other than loopback at which `pid` listens (Linux only; elsewhere nothing is found)."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):  # closed since it was listed
            inodes.add(str(descriptor.readlink()))
    found = []
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
        try:
            rows = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        for row in map(str.split, rows):
            if row[3] == "0A" and f"socket:[{row[9]}]" in inodes and not row[1].startswith(loopback):
                found.append(row[1])
    return found
