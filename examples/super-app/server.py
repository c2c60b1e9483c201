"""A super-app in miniature: it knows its citizens, and opens a course for one of them with one tap.

`make example` runs it beside a `make run` that is up. Of Hocmo it uses the public API alone; what a real app needs is
`assertion()`: a JWT that says who the person is, signed with the app's own key, and sent by its server.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

PAGE = Path(__file__).with_name("page.html")
HOCMO = os.environ.get("HOCMO", "http://localhost:8000")
SPACE = os.environ.get("SPACE", "hue")
PORT = int(os.environ.get("EXAMPLE_PORT", "8100"))
ADMIN = {"login": f"admin@{SPACE}.hocmo.local", "password": os.environ.get("ADMIN_PASSWORD", "Hoc-mo-2026")}
ISSUER = "https://super-app.example"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# What the app knows of its people, and has verified.
CITIZENS: dict[str, dict[str, Any]] = {
    "079301001234": {"name": "Nguyễn Thị Lan", "birthdate": "1986-03-07", "gender": "female", "job": "farmer"},
    "046204005678": {"name": "Trần Minh Quân", "birthdate": "2004-09-21", "gender": "male", "job": "student"},
}
REGISTRATION: dict[str, Any] = {
    "name": "Siêu ứng dụng mẫu",
    "issuer": ISSUER,
    "claims": [
        {"claim": "name", "field": "name"},
        {"claim": "birthdate", "field": "birth"},
        {"claim": "gender", "field": "gender"},
        {"claim": "job", "field": "occupation"},
    ],
    "purpose_vi": "Để bạn mở khoá học chỉ bằng một chạm, không phải điền biểu mẫu.",
    "purpose_en": "So that you open a course with one tap, without any form.",
}


class Refused(Exception):
    """What Hocmo answered in place of a success."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or f"{status}")
        self.status, self.problem = status, problem


class SuperApp:
    """The app's server: its key, and what it asks of Hocmo."""

    def __init__(self, hocmo: str = HOCMO, space: str = SPACE) -> None:
        self.root = f"{hocmo}/v1/spaces/{space}"
        self.key = ECKey.generate_key("P-256", {"kid": uuid.uuid4().hex})

    def register(self, admin_token: str) -> None:
        """What an admin of the space does once, on the page of apps: trust this app and its key."""
        terms = REGISTRATION | {"public_keys": json.dumps(self.key.as_dict(private=False))}
        known = self.ask("GET", "/apps", token=admin_token)["items"]
        ours = next((each["id"] for each in known if each["issuer"] == ISSUER), None)
        if ours is None:
            self.ask("POST", "/apps", terms, token=admin_token)
        else:
            changes = {name: value for name, value in terms.items() if name != "issuer"}
            self.ask("PATCH", f"/apps/{ours}", changes, token=admin_token, headers={"If-Match": "*"})

    def assertion(self, citizen: str) -> str:
        """Who the person is (RFC 7523): good once, for two minutes, for this space of Hocmo alone."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": f"{self.root}/entries", "sub": citizen, "jti": uuid.uuid4().hex}
        claims |= {"iat": now, "exp": now + 120, **CITIZENS[citizen]}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def open(self, citizen: str, course: str | None) -> str:
        """One tap: the address for the app's web view. It opens the course at once for whoever is known, and the
        question for consent for whoever is not."""
        form = {"grant_type": GRANT, "assertion": self.assertion(citizen), "deliver": "link"}
        entry = self.ask("POST", "/entries", form=form | ({"course": course} if course else {}))
        return str(entry["link"] if entry["status"] == "link" else entry["consent"]["address"])

    def ask(self, method: str, path: str, body: Any = None, **how: Any) -> Any:
        """One request to Hocmo. Raises: Refused."""
        headers = {"Accept": "application/json", **how.get("headers", {})}
        if how.get("token"):
            headers["Authorization"] = f"Bearer {how['token']}"
        content = None if body is None else json.dumps(body).encode()
        if how.get("form"):
            content = urllib.parse.urlencode(how["form"]).encode()
        kind = "application/x-www-form-urlencoded" if how.get("form") else "application/json"
        headers |= {"Content-Type": kind} if content else {}
        request = urllib.request.Request(self.root + path, content, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None


class Site(BaseHTTPRequestHandler):
    """The app's page, and what it asks its server for."""

    app: SuperApp

    def do_GET(self) -> None:
        """The page, and what it shows."""
        if self.path == "/citizens":
            self._send(200, [{"id": each, "name": known["name"]} for each, known in CITIZENS.items()])
        elif self.path == "/courses":
            self._send(200, self.app.ask("GET", "/courses")["items"])
        else:
            self._send(200, PAGE.read_bytes(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """The tap."""
        given = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        try:
            self._send(200, {"address": self.app.open(given["citizen"], given.get("course"))})
        except Refused as refused:
            self._send(refused.status, refused.problem)

    def _send(self, status: int, content: Any, kind: str = "application/json") -> None:
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(app: SuperApp, port: int = PORT) -> ThreadingHTTPServer:
    """The app's site on loopback, not running yet; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), type("Site", (Site,), {"app": app}))


def main() -> int:
    """Register with the demo's space, then serve the page until Ctrl-C."""
    app = SuperApp()
    try:
        app.register(app.ask("POST", "/sessions", ADMIN)["access_token"])
    except (Refused, OSError) as error:
        print(f"make example: {error}. Is Hocmo running here? Start it with: make run", file=sys.stderr)
        return 1
    print(f"The super-app is at http://127.0.0.1:{PORT}; Ctrl-C ends it.")
    try:
        serve(app).serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
