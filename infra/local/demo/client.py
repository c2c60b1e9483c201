"""The API over HTTP, as a person's client uses it: what the demo is loaded with and what the journey walks through."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from infra.local.demo.content import FILE_PREFIX, DemoCourse, Json

PATIENCE_S, EVERY_S = 60.0, 0.1
CONTENT_TYPES = {
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt",
    ".pdf": "application/pdf",
}
_http = urllib3.PoolManager(maxsize=8, timeout=60)


class Failed(Exception):
    """An answer other than the one expected; the message says which request and what was answered."""


@dataclass(frozen=True)
class Client:
    """The API as one caller, at one address."""

    base_url: str
    token: str | None = None

    def call(self, method: str, path: str, body: Json | None = None, *, headers: Json | None = None) -> Reply:
        """One request to a path below ``/v1``; whatever is answered is given."""
        sent = {"accept": "application/json", **(headers or {})}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            sent["content-type"] = "application/json"
        answer = _http.request(method, f"{self.base_url}/v1{path}", body=content, headers=sent, redirect=False)
        return Reply(f"{method} {path}", answer.status, dict(answer.headers), answer.data)

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of a GET that must succeed."""
        return self.call("GET", path, **more).ok()

    def post(self, path: str, body: Json | None = None, **more: Any) -> Any:
        """The JSON of a POST that must succeed."""
        return self.call("POST", path, body or {}, **more).ok()

    def put(self, path: str, body: Json | None = None, **more: Any) -> Any:
        """The JSON of a PUT that must succeed."""
        return self.call("PUT", path, body or {}, **more).ok()

    def patch(self, path: str, body: Json, **more: Any) -> Any:
        """The JSON of a PATCH that must succeed."""
        return self.call("PATCH", path, body, **more).ok()


@dataclass(frozen=True)
class Reply:
    """One answer."""

    request: str
    status: int
    headers: dict[str, str]
    data: bytes

    def ok(self) -> Any:
        """Its JSON. Raises: Failed when it is no success."""
        if not 200 <= self.status < 300:
            raise Failed(f"{self.request} answered {self.status}: {self.data.decode(errors='replace')[:500]}")
        return json.loads(self.data) if self.data else None

    @property
    def etag(self) -> str:
        """Its validator."""
        return self.headers.get("ETag") or self.headers["etag"]


def wait_for(what: str, ready: Callable[[], Any], *, patience_s: float = PATIENCE_S, every_s: float = EVERY_S) -> Any:
    """What ``ready`` gives once it gives something. Raises: Failed after ``patience_s``."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = ready()
        if found:
            return found
        time.sleep(every_s)
    raise Failed(f"{what}: it did not come within {patience_s:.0f} s")


def sign_in(base_url: str, space: str | None, login: str, password: str) -> Client | None:
    """A client with that person's token; ``None`` when the login or password is not right (yet)."""
    anonymous = Client(base_url)
    if space is None:
        reply = anonymous.call("POST", "/sessions", {"email": login, "password": password})
    else:
        reply = anonymous.call("POST", f"/spaces/{space}/sessions", {"login": login, "password": password})
    if reply.status in (401, 404):
        return None
    return Client(base_url, reply.ok()["access_token"])


def open_space(operator: Client, tenant: Json, *, patience_s: float = PATIENCE_S, every_s: float = EVERY_S) -> None:
    """Open a tenant's space and wait until it is open; one that is there already stays as it is."""
    slug = tenant["slug"]
    if operator.call("GET", f"/tenants/{slug}").status == 404:
        operator.post("/tenants", tenant)

    def opened() -> bool:
        state = operator.get(f"/tenants/{slug}")
        if state["opening"]["state"] == "failed":
            raise Failed(f"{slug} could not be opened: {state['opening']['error']}")
        return bool(state["status"] != "opening")

    wait_for(f"opening {slug}", opened, patience_s=patience_s, every_s=every_s)


def invited(
    base_url: str, space: str, email: str, password: str, mails: Callable[[str], list[Json]] | None = None
) -> Client:
    """The person who was invited by e-mail, after accepting: the link is read from the mail, as the person would.

    ``mails`` gives what was sent to an address; unless told, one machine's own page of mails is asked.
    """
    present = sign_in(base_url, space, email, password)
    if present:
        return present
    sent = mails or (lambda to: _mails(base_url, to))
    token = wait_for(f"the invitation of {email}", lambda: _link(sent(email), space))
    Client(base_url).post(f"/spaces/{space}/invitations/{token}", {"password": password})
    signed_in = sign_in(base_url, space, email, password)
    if signed_in is None:
        raise Failed(f"{email} accepted the invitation and cannot sign in")
    return signed_in


def _mails(base_url: str, to: str) -> list[Json]:
    reply = _http.request("GET", f"{base_url}/local/mail.json", fields={"to": to})
    found: list[Json] = json.loads(reply.data)["items"]
    return found


def _link(mails: list[Json], space: str) -> str | None:
    for mail in mails:
        found = re.search(rf"/s/{space}/invitations/([\w.-]+)", mail["text"])
        if found:
            return found.group(1)
    return None


def upload(author: Client, space: str, path: Path) -> str:
    """Upload one file: as :func:`send`."""
    return send(author, space, path.name, path.read_bytes())


def send(author: Client, space: str, name: str, content: bytes) -> str:
    """Upload content under a file's name as a browser does: ask for the form, post to S3, say that it is complete.
    Gives its id."""
    asked = {"name": name, "content_type": CONTENT_TYPES[Path(name).suffix], "size": len(content)}
    file = author.post(f"/spaces/{space}/files", asked)
    form = file["upload"]
    fields = {**form["fields"], "file": (name, content, asked["content_type"])}
    stored = _http.request("POST", form["url"], fields=fields)
    if stored.status >= 300:
        raise Failed(f"the upload of {name} answered {stored.status}: {stored.data[:300]!r}")
    author.post(f"/spaces/{space}/files/{file['id']}/completion")
    return str(file["id"])


def publish(author: Client, space: str, course: DemoCourse) -> str:
    """Make a course of the demo in a space and publish it; gives its id. One of that title that is there is kept."""
    title = course.head["title"]
    present = _of_title(author, space, title)
    course_id = present["id"] if present else None
    if present and present.get("version"):
        return str(course_id)
    files = {name: upload(author, space, path) for name, path in course.files.items()}
    head = {**course.head, "cover": files[course.head["cover"]]}
    if course_id is None:
        course_id = author.post(f"/spaces/{space}/courses", head)["id"]
    draft = author.call("GET", f"/spaces/{space}/courses/{course_id}/draft")
    draft.ok()
    author.put(
        f"/spaces/{space}/courses/{course_id}/draft",
        _with_files(course.draft, files),
        headers={"if-match": draft.etag},
    )
    author.post(f"/spaces/{space}/courses/{course_id}/versions")
    return str(course_id)


def _of_title(author: Client, space: str, title: str) -> Json | None:
    return next((card for card in everything(author, f"/spaces/{space}/courses") if card["title"] == title), None)


def everything(caller: Client, path: str) -> list[Json]:
    """All of a list, page by page."""
    found: list[Json] = []
    sign = "&" if "?" in path else "?"
    cursor = ""
    while True:
        page = caller.get(f"{path}{sign}limit=100{cursor}")
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def _with_files(part: Any, files: dict[str, str]) -> Any:
    if isinstance(part, str) and part.startswith(FILE_PREFIX):
        return files[part.removeprefix(FILE_PREFIX)]
    if isinstance(part, dict):
        return {key: _with_files(value, files) for key, value in part.items()}
    if isinstance(part, list):
        return [_with_files(value, files) for value in part]
    return part


def register(base_url: str, space: str, name: str, login: str, password: str) -> Client:
    """A learner who registers (or has), signed in."""
    present = sign_in(base_url, space, login, password)
    if present:
        return present
    reply = Client(base_url).call(
        "POST", f"/spaces/{space}/people", {"name": name, "login": login, "password": password}
    )
    if reply.status != 409:
        reply.ok()
    signed_in = sign_in(base_url, space, login, password)
    if signed_in is None:
        raise Failed(f"{login} registered and cannot sign in")
    return signed_in


def learn(
    learner: Client, space: str, course_id: str, course: DemoCourse, *, lessons: int | None = None, mistakes: int = 0
) -> None:
    """Enrol and do what is not done yet of the first ``lessons`` lessons (all, unless told), in order.

    Before each quiz is passed, ``mistakes`` attempts at it fail.
    """
    mine = f"/spaces/{space}/me/enrolments/{course_id}"
    learner.put(mine)
    done = learner.get(mine)["done"]
    for lesson in [each for each in list(course.lessons())[:lessons] if each["id"] not in done]:
        if lesson["kind"] == "quiz":
            _take_quiz(learner, mine, lesson["id"], course.right_answers(lesson["id"]), mistakes)
        else:
            learner.put(f"{mine}/progress/{lesson['id']}", {"status": "done"})


def _take_quiz(learner: Client, mine: str, lesson: str, right: dict[str, Any], mistakes: int) -> None:
    for _ in range(mistakes):
        learner.post(f"{mine}/attempts", {"lesson": lesson, "answers": {}})
    attempt = learner.post(f"{mine}/attempts", {"lesson": lesson, "answers": right})
    if not attempt["passed"]:
        raise Failed(f"the right answers of lesson {lesson} scored {attempt['score']}")
