"""npm's ``oidc-provider`` on loopback, and a browser that signs in there: a counterpart that nobody here wrote."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from chalicelib import config

_SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
_ENOUGH = 25


@dataclass(frozen=True)
class OidcProvider:
    """A provider that listens."""

    issuer: str

    def register(self, **terms: Any) -> dict[str, Any]:
        """A client of it (RFC 7591), as it was registered."""
        answer = _exchange("POST", f"{self.issuer}/reg", {"content-type": "application/json"}, json.dumps(terms))
        assert answer.status == 201, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        return found


@contextmanager
def running(accounts: dict[str, dict[str, Any]]) -> Iterator[OidcProvider]:
    """A provider that knows these people by their ``sub``, each with any password. It may be asked by us meanwhile."""
    node = shutil.which("node")
    assert node, "Node is needed: make setup says which"
    with (
        loopback_asked(),
        subprocess.Popen(
            [node, str(_SCRIPT), json.dumps(accounts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            yield OidcProvider(json.loads(process.stdout.readline())["issuer"])
        finally:
            process.terminate()


@contextmanager
def loopback_asked() -> Iterator[None]:
    """The switch of one machine: providers may be on this very one."""
    before = os.environ.get("HOCMO_FETCH_LOOPBACK")
    os.environ["HOCMO_FETCH_LOOPBACK"] = "1"
    config.current.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("HOCMO_FETCH_LOOPBACK")
        if before is not None:
            os.environ["HOCMO_FETCH_LOOPBACK"] = before
        config.current.cache_clear()


@dataclass
class Seen:
    """What a browser is shown."""

    url: str
    status: int
    location: str | None
    text: str
    cookies: list[str]


@dataclass
class Browser:
    """Follows redirects within one site, keeps its cookies, fills in its forms."""

    cookies: dict[str, str] = field(default_factory=dict)

    def visit(self, url: str) -> Seen:
        """Where this leads: the page shown at the end, or the first redirect that leaves the site."""
        return self._follow(self._ask("GET", url))

    def submit(self, page: Seen, **filled: str) -> Seen:
        """Send the page's form."""
        form = _Form()
        form.feed(page.text)
        assert form.action is not None, page.text
        return self._follow(self._ask("POST", urljoin(page.url, form.action), form.fields | filled))

    def sign_in(self, url: str, login: str) -> str:
        """Go through whatever the provider asks, as this person; gives where the provider sends the browser in the
        end."""
        page = self.visit(url)
        for _ in range(_ENOUGH):
            if page.location is not None:
                return page.location
            asked = {"login": login, "password": "x"} if 'name="password"' in page.text else {}
            page = self.submit(page, **asked)
        raise AssertionError(page.text)

    def _follow(self, seen: Seen) -> Seen:
        for _ in range(_ENOUGH):
            if seen.location is None:
                return seen
            there = urljoin(seen.url, seen.location)
            if urlsplit(there).netloc != urlsplit(seen.url).netloc:
                return Seen(seen.url, seen.status, there, seen.text, [])
            seen = self._ask("GET", there)
        raise AssertionError("redirects never end")

    def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> Seen:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        seen = _exchange(method, url, headers, urlencode(form) if form is not None else None)
        for each in seen.cookies:
            name, _, rest = each.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return seen


def fragment(location: str) -> dict[str, str]:
    """What stands after the # of an address."""
    return dict(parse_qsl(urlsplit(location).fragment))


def query(location: str) -> dict[str, str]:
    """What an address asks."""
    return dict(parse_qsl(urlsplit(location).query))


def _exchange(method: str, url: str, headers: dict[str, str], body: str | None) -> Seen:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        line.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return Seen(url, answer.status, answer.getheader("location"), text, cookies)
    finally:
        line.close()


class _Form(HTMLParser):
    """The first form of a page: where it goes, and what it sends unless filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = given.get("action")
        elif tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""
