"""The example super-app, end to end over HTTP: its page, one tap, the consent, the course."""

from __future__ import annotations

import importlib.util
import json
import re
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib import config
from tests.api import Api
from tests.factories import OpenedSpace, published_course

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "super-app"
KEPT = ("authorization", "content-type", "if-match")


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("super_app_server", FOLDER / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Hocmo(BaseHTTPRequestHandler):
    """The API over HTTP."""

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name: self.headers[name] for name in KEPT if name in self.headers}
        reply = Api().call(self.command, self.path, raw=content or None, headers=headers)
        body = str(reply.text).encode()
        self.send_response(reply.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 (the library calls them so)

    def log_message(self, *_: Any) -> None:
        """Nothing: what was asked is in the app's own lines."""


@pytest.fixture
def site(hue: OpenedSpace, example: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hocmo) as hocmo:
        Thread(target=hocmo.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{hocmo.server_port}"
        monkeypatch.setenv("HOCMO_PUBLIC_URL", address)
        config.current.cache_clear()
        app = example.SuperApp(address, hue.slug)
        app.register(str(hue.admin.token))
        app.register(str(hue.admin.token))  # started again, it has another key and is the same app
        with example.serve(app, 0) as served:
            Thread(target=served.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{served.server_port}"
            served.shutdown()
        hocmo.shutdown()
    monkeypatch.undo()
    config.current.cache_clear()


def asked(url: str, body: Any = None) -> Any:
    """What the page's script gets."""
    content = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, content), timeout=20) as answer:
        text = answer.read().decode()
    return text if url.endswith("/") else json.loads(text)


def test_one_tap_opens_the_course(hue: OpenedSpace, site: str) -> None:
    course = published_course(hue, title="An toàn trên mạng")
    assert "Mở khoá học" in asked(f"{site}/")
    citizen = asked(f"{site}/citizens")[0]
    assert [each["title"] for each in asked(f"{site}/courses")] == ["An toàn trên mạng"]
    tap = {"citizen": citizen["id"], "course": course.id}
    ticket = told(asked(f"{site}/open", tap), f"/s/{hue.slug}/consent")["ticket"]
    question = Api().post(hue.at("/entries/question"), {"ticket": ticket}).ok(200)
    assert question["name"] == citizen["name"]
    entered = Api().post(hue.at("/entries/consent"), {"ticket": ticket}).ok(200)
    assert entered["to"] == f"/courses/{course.id}"
    code = told(asked(f"{site}/open", tap), f"/s/{hue.slug}/entry")["code"]
    again = Api().post(hue.at("/sessions/entry"), {"code": code}).ok(200)
    assert (again["to"], again["person"]["id"]) == (f"/courses/{course.id}", entered["person"]["id"])


def told(opened: dict[str, str], page: str) -> dict[str, str]:
    """What the address that the app opens tells the web client's page of that path."""
    address = urlsplit(opened["address"])
    assert address.path == page
    return dict(parse_qsl(address.fragment))


def test_the_page_asks_for_what_the_server_answers() -> None:
    asks = set(re.findall(r"ask\('(/\w+)'", (FOLDER / "page.html").read_text(encoding="utf-8")))
    server = (FOLDER / "server.py").read_text(encoding="utf-8")
    assert asks == {"/citizens", "/courses", "/open"}
    assert all(f'"{each}"' in server for each in asks - {"/open"})


def test_the_example_is_short() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FOLDER.iterdir()}
    assert lengths["page.html"] <= 120
    assert lengths["server.py"] <= 180
