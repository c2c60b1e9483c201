"""The account that is measured: dynoxide for DynamoDB, ministack for S3, SQS and SES, each a process of its own.

The handlers run in this process, as in Lambda, and their log lines are written as there, into nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalice.local import LambdaContext

from infra.local import engine, resources
from infra.local.jobs import Jobs
from infra.local.settings import Addresses, app_environment

FUNCTION_TIMEOUT_MS = 900_000
MEMORY_MB = 1_024


@dataclass(frozen=True, slots=True)
class Account:
    """Where an emulated account's engines answer."""

    database_url: str
    aws_url: str
    database: Path

    def run_jobs(self) -> int:
        """Hand what waits in both queues to the functions that Lambda runs; gives how many messages there were."""
        import app

        queues = ((os.environ["HOCMO_JOBS_QUEUE_URL"], app.run_jobs), (_provisioning_queue(), app.provision))
        return sum(self._poller(url, handler).step(wait_s=0) for url, handler in queues)

    def _poller(self, url: str, handler: Callable[[Any, Any], Any]) -> Jobs:
        return Jobs(resources.client("sqs", self.aws_url), url, invoke(handler))


def _provisioning_queue() -> str:
    return os.environ["HOCMO_PROVISIONING_QUEUE_URL"]


def invoke(handler: Callable[[Any, Any], Any]) -> Callable[[dict[str, Any]], Any]:
    """A Lambda handler as a function of its event alone, in a fresh context each time, as an invocation has."""

    def call(event: dict[str, Any]) -> Any:
        return Context().run(handler, event, context())

    return call


def context() -> LambdaContext:
    """What Lambda tells a handler of its invocation."""
    return LambdaContext("hocmo-bench", MEMORY_MB, FUNCTION_TIMEOUT_MS)


@contextmanager
def opened(*, on_disk: bool = True) -> Iterator[Account]:
    """Start the engines and configure this process for them; what they keep is gone afterwards. Without
    ``on_disk`` the engine of the tables keeps them in memory: whoever writes millions of items waits for no file."""
    with tempfile.TemporaryDirectory(prefix="hocmo-bench-") as folder:
        database = Path(folder) / "items.db"
        with engine.dynoxide(database if on_disk else None) as database_url, engine.ministack(Path(folder)) as aws_url:
            at = Addresses(8000, urlsplit(database_url).port or 0, urlsplit(aws_url).port or 0)
            os.environ.update(app_environment(at) | {"HOCMO_HOME": folder})
            _forget()
            resources.create_storage(at)
            resources.create_platform()
            write_lines_into_nothing()
            yield Account(database_url, aws_url, database)
    _forget()


def write_lines_into_nothing() -> None:
    """Log lines cost what they cost in Lambda, and do not fill the screen."""
    import app  # noqa: F401 (it configures logging)
    from chalicelib import logs

    for handler in logs.log.handlers:
        handler.setStream(open(os.devnull, "w"))  # type: ignore[attr-defined]  # noqa: SIM115, PTH123


def _forget() -> None:
    """What this process remembers of one account must not reach into the next."""
    from chalicelib import config
    from chalicelib.http import caching, quotas, tokens
    from chalicelib.jobs import queue
    from chalicelib.storage import client, files, mail, secrets, spaces

    config.current.cache_clear()
    for module in (client, files, mail, queue, secrets):
        module.reset()
    tokens.forget()
    quotas.forget()
    spaces.directory.forget()
    caching.forget_everything()
    spaces._bound.cache_clear()


def say(line: str) -> None:
    """One line of what is being done, beside the tables."""
    print(line, file=sys.stderr, flush=True)
