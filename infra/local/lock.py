"""One `make run` at a time in a folder: two would write the same database."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from infra.local import places
from infra.local.settings import Addresses


class AlreadyRunning(Exception):
    """Another `make run` holds the folder; the message says where that one answers."""


@contextmanager
def held() -> Iterator[None]:
    """Hold the folder while the block runs; the kernel lets go when the process ends, however it does.

    Raises: AlreadyRunning.
    """
    places.HOME.mkdir(parents=True, exist_ok=True)
    with places.LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            at = _written()
            where = f"at {at.public_url}" if at else "(it is just starting)"
            raise AlreadyRunning(f"it already runs {where}.") from None
        places.LOCK.write_text("")
        yield


def publish(at: Addresses) -> None:
    """Say, to whoever finds the folder held, where things listen."""
    places.LOCK.write_text(json.dumps(asdict(at) | {"pid": os.getpid()}))


def running() -> Addresses | None:
    """Where the running `make run` listens, or None when there is none."""
    if not places.LOCK.exists():
        return None
    with places.LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _written()
    return None


def _written() -> Addresses | None:
    told = places.read_json(places.LOCK)
    try:
        return Addresses(told["port"], told["database_port"], told["aws_port"])
    except KeyError:
        return None
