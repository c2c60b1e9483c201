"""Uploading and committing lists through the API, as an office does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from tests.emulated import Cloud
from tests.factories import OpenedSpace

DATA = Path(__file__).parent / "data"


def uploaded(space: OpenedSpace, content: bytes, name: str = "danh-sach.csv") -> str:
    """A list announced, sent by its form and reported; gives its id."""
    made = space.admin.post(space.at("/rosters"), {"name": name, "size": len(content)}).ok(201)
    form = made["upload"]
    sent = requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=5)
    assert sent.status_code in (200, 204), sent.text
    space.admin.post(space.at(f"/rosters/{made['id']}/confirm")).ok(202)
    return str(made["id"])


def checked(aws: Cloud, space: OpenedSpace, content: bytes, name: str = "danh-sach.csv") -> dict[str, Any]:
    """A list that was read, as it stands then."""
    roster = uploaded(space, content, name)
    aws.drain()
    return roster_of(space, roster)


def committed(
    aws: Cloud, space: OpenedSpace, content: bytes, name: str = "danh-sach.csv", **terms: bool
) -> dict[str, Any]:
    """A list that was read and then committed, as it stands then."""
    roster = uploaded(space, content, name)
    aws.drain()
    space.admin.post(space.at(f"/rosters/{roster}/commit"), terms).ok(202)
    aws.drain()
    return roster_of(space, roster)


def roster_of(space: OpenedSpace, roster: str) -> dict[str, Any]:
    """A list as it stands."""
    found: dict[str, Any] = space.admin.get(space.at(f"/rosters/{roster}")).ok()
    return found


def problems_of(space: OpenedSpace, roster: str, limit: int = 100) -> list[dict[str, Any]]:
    """All that is said about a list, page after page."""
    return _all(space, f"/rosters/{roster}/problems", {"limit": limit})


def changes_of(space: OpenedSpace, roster: str, outcome: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """What becomes of the rows of a list, or of those of one outcome, page after page."""
    return _all(space, f"/rosters/{roster}/changes", {"limit": limit} | ({"outcome": outcome} if outcome else {}))


def units_of(space: OpenedSpace, roster: str, limit: int = 100) -> list[dict[str, Any]]:
    """The units that a list names and that were not there."""
    return _all(space, f"/rosters/{roster}/new-units", {"limit": limit})


def _all(space: OpenedSpace, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = space.admin.get(space.at(path), query=query).ok()
        found += page["items"]
        if page["next"] is None:
            return found
        query = query | {"cursor": page["next"]}
