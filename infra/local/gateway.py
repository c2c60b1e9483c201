"""API Gateway on one machine: it hands events to the Chalice app, and serves what only this machine has.

One process, one thread a request. It listens on loopback and answers only to names of this machine, so that a page of a
stranger cannot reach it by a DNS name of its own (rebinding).
"""

import asyncio
import base64
import json
import logging
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from pathlib import Path
from typing import Any

import urllib3
from chalice.local import LambdaContext
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from chalicelib.http import mounting, paths
from chalicelib.http.dispatch import Api
from chalicelib.http.paths import Addresses, Unreadable
from infra.local import answers, events, mail, places, web_files
from infra.local.answers import Answer, problem
from infra.local.events import MAX_BODY, MAX_HEAD, Request
from infra.local.ports import LOOPBACK
from infra.local.web_files import WebFiles

THREADS = 32
TIMEOUT_MS = 29_000  # API Gateway waits no longer

_OUR_NAMES = re.compile(r"(?:localhost|(?:[\w-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_log = logging.getLogger("hocmo.gateway")

Message = MutableMapping[str, Any]


class _PerThread:
    """What Chalice keeps on the app for the one request that Lambda runs at a time; here there is one a thread."""

    _kept = threading.local()

    @property
    def current_request(self) -> Any:
        return getattr(self._kept, "request", None)

    @current_request.setter
    def current_request(self, value: Any) -> None:
        self._kept.request = value

    @property
    def lambda_context(self) -> Any:
        return getattr(self._kept, "context", None)

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:
        self._kept.context = value


def thread_safe(app: Api) -> Api:
    """The same app object, ready for many requests at a time."""
    app.__class__ = type("LocalChalice", (_PerThread, app.__class__), {})
    return app


class Gateway:
    """Hands requests to the app as events, as API Gateway does: it knows the nodes, of which each takes any method."""

    def __init__(self, app: Api) -> None:
        self.app = thread_safe(app)
        self.nodes = Addresses(paths.nodes(app.routes))

    def answer(self, request: Request) -> Answer | None:
        """The app's answer, or None for a path at which there is no node. Raises: Unreadable."""
        node = self.nodes.find(request.path)
        if node is None:
            return None
        event = events.event(request, node, self.app.api.binary_types)
        return _from_lambda(self.app(event, LambdaContext("hocmo-local", 1024, TIMEOUT_MS)))


def _from_lambda(response: dict[str, Any]) -> Answer:
    """What a proxy integration's answer is on the wire."""
    headers = _lower(response.get("headers") or {})
    for name, values in (response.get("multiValueHeaders") or {}).items():
        headers += [(name.lower(), str(value)) for value in values]
    body = response.get("body") or ""
    if not isinstance(body, str):
        body = json.dumps(body)
    content = base64.b64decode(body) if response.get("isBase64Encoded") else body.encode()
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Answer(response["statusCode"], content, headers)


def _lower(headers: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.lower(), str(value)) for name, value in headers.items()]


class Site:
    """Everything at our address: the app, this machine's mail, the built client. An ASGI application."""

    def __init__(self, app: Api, aws_url: str, mails: Path = places.MAIL, web: Path = places.WEB) -> None:
        self.gateway = Gateway(app)
        self.aws_url = aws_url
        self.mails = mails
        self.web = WebFiles(web, aws_url)
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Read the request, answer it on a thread of its own in a fresh context (as a Lambda invocation has), send."""
        request = await _read(scope, receive)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, Context().run, self.answer, request)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in _sent(answer)]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if request.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    def answer(self, request: Request) -> Answer:
        """Answer whatever came; a defect of ours is logged here and told without its trace."""
        language = request.header("accept-language")
        refused = _refused(request)
        if refused:
            return problem(refused, language)
        if request.too_large:
            return answers.too_large(language)
        try:
            found = self._local(request) or self.gateway.answer(request)
            return web_files.compressed(found, request) if found else self._page(request, language)
        except Unreadable:
            return problem("unreadable_request", language)
        except urllib3.exceptions.HTTPError:
            return problem("unavailable", language)
        except Exception:
            _log.exception("gateway.failed")
            return problem("internal", language)

    def _local(self, request: Request) -> Answer | None:
        if request.method in ("GET", "HEAD") and request.path in ("/local/mail", "/local/mail.json"):
            return mail.answer(request, self.aws_url, self.mails)
        return None

    def _page(self, request: Request, language: str) -> Answer:
        """The built client, outside the API's own addresses; without one, the home page is the API's documentation."""
        if request.method in ("GET", "HEAD") and not request.path.startswith(("/v1/", "//")):
            found = self.web.answer(request)
            if found:
                return found
            if request.path == "/" and self.gateway.nodes.find("/docs"):
                return answers.redirect("/docs")
        return problem("not_found", language)


async def _read(scope: Message, receive: Callable[[], Awaitable[Message]]) -> Request:
    """The request with its body, of which no more is read than tells that it is too large."""
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    declared = dict(headers).get("content-length", "0")
    too_large = declared.isdecimal() and int(declared) > MAX_BODY
    body = bytearray()
    more = not too_large
    while more and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        client=scope["client"][0],
        body=bytes(body),
        too_large=too_large or len(body) > MAX_BODY,
    )


def _refused(request: Request) -> str | None:
    """Why the gateway does not even look at a request."""
    if not _OUR_NAMES.fullmatch(request.header("host")):
        return "misdirected"
    if request.head_size > MAX_HEAD:
        return "headers_too_large"
    return None


def _sent(answer: Answer) -> list[tuple[str, str]]:
    """The headers that go out; the length is counted here, and a status that has no body says nothing of one."""
    drop = {"content-length", "content-type"} if answer.status in (204, 304) else {"content-length"}
    headers = [(name, value) for name, value in answer.headers if name not in drop]
    return headers if answer.status in (204, 304) else [*headers, ("content-length", str(len(answer.body)))]


def server(site: Site, port: int) -> Server:
    """The HTTP server, not yet serving."""
    return Server(
        site,
        address=LOOPBACK,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )


async def serve(site: Site, port: int) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered then is still answered."""
    http = server(site, port)
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, http.stop)
    await http.serve()


def main() -> None:
    """The gateway process of `make run`."""
    from app import app

    mounting.everything()
    mounting.mount_declared(app)
    site = Site(app, os.environ["HOCMO_AWS_URL"])
    asyncio.run(serve(site, int(os.environ["PORT"])))


if __name__ == "__main__":
    main()
