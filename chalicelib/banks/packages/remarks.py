"""What a transfer says of each question: one object, written before the job is done, gone after a week."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from chalicelib.banks.packages.findings import Finding, Taken
from chalicelib.banks.packages.models import QuestionEntry
from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.models import PageQuery
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

_MOST_OF_AN_ITEM = 20
_SHOWN = 200
Json = dict[str, Any]


def put(space: Space, job_id: str, items: Iterable[Taken], findings: Sequence[Finding]) -> None:
    """Keep what is to be said: one call of S3. Writing it again replaces it."""
    text = json.dumps(_entries(items, findings), ensure_ascii=False, separators=(",", ":"))
    files.put(_name(space, job_id), text.encode(), "application/json", temporary=True)


def page(
    space: Space, job_id: str, query: PageQuery, language: Literal["vi", "en"]
) -> tuple[list[QuestionEntry], str | None]:
    """Some of the questions in the order of the package, and where it goes on: one call of S3. Raises: NotFound."""
    name = _name(space, job_id)
    if files.head(name) is None:
        raise NotFound
    start = paging.decode(query.cursor, int)[0] if query.cursor else 0
    entries = json.loads(files.get(name))
    shown = [_shown(each, language) for each in entries[start : start + query.limit]]
    end = start + query.limit
    return shown, paging.encode(end) if end < len(entries) else None


def _name(space: Space, job_id: str) -> str:
    return files.key(space, "packages", f"{job_id}.json")


def _entries(items: Iterable[Taken], findings: Sequence[Finding]) -> list[Json]:
    entries: dict[int, Json] = {}
    for finding in findings:
        place = finding.place
        entry = entries.setdefault(place.item, {"name": place.name, "line": place.line, "remarks": []})
        if len(entry["remarks"]) < _MOST_OF_AN_ITEM:
            said = {"code": finding.code, "field": finding.field, "vi": finding.vi, "en": finding.en}
            entry["remarks"].append({**said, "taken": finding.taken})
    for item in items:
        place = item.place
        entry = entries.setdefault(place.item, {"name": place.name, "line": place.line, "remarks": []})
        entry |= {"kind": item.question.kind, "prompt": item.question.prompt[:_SHOWN]}
    return [{"item": number, **entries[number]} for number in sorted(entries)]


def _shown(entry: Json, language: Literal["vi", "en"]) -> QuestionEntry:
    remarks = [{**each, "detail": each[language]} for each in entry["remarks"]]
    return QuestionEntry.model_validate({"kind": None, "prompt": "", **entry, "remarks": remarks})
