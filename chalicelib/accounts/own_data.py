"""What people see of all that is kept about them (Law 91/2025/QH15, article 4: to know, to view, to be given).

Everything of one person stands in two partitions: the account's and the learning's. Both are shown item by item, so
that whatever a feature keeps there is told of without its doing. Which attributes are shown is a closed list: hashes of
secrets are not. What is a copy for lists alone is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from chalicelib import clock
from chalicelib.accounts import data_requests, store
from chalicelib.accounts.data_models import DataTerm, KeptRecord, OwnData
from chalicelib.accounts.store import DataRequestKind
from chalicelib.apps import consents
from chalicelib.audiences import profiles
from chalicelib.http import paging
from chalicelib.http.tokens import Actor
from chalicelib.learning.merging import unpacked
from chalicelib.people import persons
from chalicelib.people.keys import person_pk
from chalicelib.people.models import Me, PersonAudience
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

Part = Literal["account", "learning"]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of item: what it is called, what the parts of its key say, which attributes are shown and as what;
    ``each``: by how they begin."""

    name: str
    about: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    each: Mapping[str, str] = field(default_factory=dict)


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


# By what their sort keys begin with. Places in lists are copies of the person and are passed over; of links and codes
# the key is the fingerprint of a secret, and says nothing to its owner.
_COPIES = "listed#"
KINDS: dict[str, _Kind] = {
    "person": _Kind(
        "person",
        facts=_same("name roles status locale version epoch activation unproven roster created_at updated_at"),
    ),
    "session": _Kind("session", ("session",), _same("device created_at used_at until")),
    "origin": _Kind("vouched_session", ("session",), _same("party")),
    "link": _Kind("one_time_link", facts=_same("expires used_at")),
    "code": _Kind("one_time_code", facts=_same("expires tries")),
    "entry": _Kind("entry_code"),
    "consent": _Kind(
        "consent", ("app",), _same("name version purpose_vi purpose_en at withdrawn_at how subject shared told")
    ),
    "conflict": _Kind("doubted_link", ("app",), _same("at")),
    "merge": _Kind("merge", ("merge",), _same("other_name state at until")),
    "note": _Kind("notification", ("notification",), _same("kind params link read") | {"told": "told_at"}),
    "notices": _Kind("notification_wishes", facts=_same("off letters read_until written")),
    "push": _Kind("device_for_pushes", facts=_same("endpoint at")),
    "reminded": _Kind("reminder", ("course", "due", "days_before")),
    store.REQUESTS.removesuffix("#"): _Kind(
        "data_request",
        ("request",),
        _same("kind text state at acknowledge_by due acknowledged_at answered_at answer"),
    ),
    "open-request": _Kind("open_data_request", ("kind",), _same("request")),
    "learner": _Kind("learner", facts={"at": "since", "via": "came_by"}),
    "enrol": _Kind("audiences", facts=_same("since")),
    "day": _Kind("active_day", ("day", "course")),
    "enrolment": _Kind(
        "enrolment",
        ("course",),
        {
            "v": "version", "st": "state", "at": "enrolled_at", "seen": "last_activity_at", "last": "last_lesson",
            "done": "lessons_done", "fin": "completed_at", "due": "due", "by": "required_by", "g": "audiences",
        },
        {"p_": "positions", "n_": "attempts", "b_": "scores"},
    ),
    "attempt": _Kind(
        "attempt",
        ("course", "lesson", "number"),
        {
            "v": "version", "score": "score", "passed": "passed", "answers": "answers", "at": "submitted_at",
            "began": "started_at",
        },
    ),
    "sitting": _Kind(
        "sitting",
        ("assessment", "number"),
        {
            "v": "version", "at": "started_at", "due": "due_at", "sub": "submitted_at", "sc": "score", "ok": "passed",
            "nq": "questions",
        },
        {"a_": "answers", "t_": "seconds_spent"},
    ),
    "skill": _Kind(
        "measured_skills",
        ("framework", "second", "assessment", "number"),
        {"lv": "levels", "few": "too_few_questions", "at": "measured_at"},
    ),
    "skills": _Kind(
        "skills", ("framework",), {"lv": "levels", "first": "first_levels", "at": "measured_at", "g": "audiences"}
    ),
    "paper": _Kind("paper", ("assessment", "number"), {"v": "version"}),
    "release": _Kind("release_to_begin", ("assessment",), {"until": "until"}),
    "tries": _Kind("codes_tried", ("assessment",), {"n": "tries"}),
    "wrote": _Kind("post", ("thread",), {"reply": "reply", "at": "written_at"}),
    "too": _Kind("same_question", ("thread",), {"at": "written_at"}),
    "reported": _Kind("report_of_abuse", ("thread", "post"), {"reason": "reason", "at": "written_at"}),
    "pace": _Kind("pace_of_writing", facts=_same("questions replies reports files edits marks")),
    "uncertified": _Kind("certificate_not_issued", ("kind", "about"), {"why": "reason", "at": "since"}),
    "credential": _Kind(
        "credential",
        ("number",),
        {"at": "issued_at", "achieved": "achieved_at"} | _same("about kind title score"),
    ),
}  # fmt: skip
# What is stored as a number of seconds (or milliseconds) since 1970, by the names that it is shown under.
_SECONDS = frozenset(
    (
        "until expires since enrolled_at completed_at submitted_at started_at due_at issued_at achieved_at measured_at"
    ).split()
)
_MILLISECONDS = frozenset("last_activity_at told_at read read_until written_at".split())

_ABOUT: dict[DataRequestKind, tuple[str, str]] = {
    "correct": ("Chỉnh sửa thông tin chưa đúng.", "To have what is not right corrected."),
    "delete": ("Xoá dữ liệu.", "To have data deleted."),
    "withdraw": ("Rút lại sự đồng ý.", "To withdraw consent."),
    "object": ("Phản đối hoặc hạn chế việc xử lý.", "To object to, or restrict, the use of data."),
}
_LAW = (
    "Theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định 356/2025/NĐ-CP, đơn vị xác nhận yêu cầu của bạn "
    "trong 2 ngày làm việc và thực hiện trong thời hạn nêu ở từng loại; bạn có quyền khiếu nại nếu không đồng ý.",
    "By the Law on Personal Data Protection 91/2025/QH15 and Decree 356/2025/NĐ-CP the organisation acknowledges your "
    "request within 2 working days and carries it out within the days named for its kind; you may complain if you "
    "disagree.",
)


def whole(space: Space, actor: Actor) -> OwnData:
    """All that does not grow: 3 calls, and 1 for the names of units seen first. Raises: NotFound."""
    me = persons.get(space, actor.person_id)
    return OwnData(
        me=Me.of(me),
        status=me.status,
        name_source=me.name_by,
        joined_at=datetime.fromisoformat(me.joined_at) if me.joined_at else None,
        facts=[fact for fact in profiles.shown(space, me).facts if fact.value is not None],
        audiences=[
            PersonAudience(id=each, since=clock.from_epoch_ms(int(since) * 1000))
            for each, since in sorted(me.audiences.items())
        ],
        consents=consents.of_person(space, actor).items,
        parts=["account", "learning"],
        acknowledged_in_working_days=data_requests.ACKNOWLEDGED_IN,
        terms=[
            DataTerm(kind=kind, days=days, about_vi=_ABOUT[kind][0], about_en=_ABOUT[kind][1])
            for kind, days in data_requests.FULFILLED_IN.items()
        ],
        law_vi=_LAW[0],
        law_en=_LAW[1],
    )


def records(
    space: Space, person_id: str, part: Part, cursor: str | None, limit: int
) -> tuple[list[KeptRecord], str | None]:
    """What is kept in a part, item by item: 1 call. A page may hold fewer than ``limit``. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    rows = (
        store.kept(space, "people", person_pk(person_id), after, limit)
        if part == "account"
        else store.kept(space, "learning", f"learner#{person_id}", after, limit)
    )
    shown = [_record(item) for item in rows.items if not item["sk"].startswith(_COPIES)]
    return shown, paging.encode(rows.after["sk"]) if rows.after else None


def _record(item: Item) -> KeptRecord:
    start, *about = item["sk"].split("#")
    kind = KINDS.get(start) or _Kind(start)
    facts: dict[str, Any] = {}
    for name, value in item.items():
        if name in kind.facts:
            facts[kind.facts[name]] = _shown(kind.facts[name], value)
        elif name[:2] in kind.each:
            whole = kind.each[name[:2]]
            facts.setdefault(whole, {})[name[2:]] = _shown(whole, value)
    return KeptRecord(kind=kind.name, about=dict(zip(kind.about, about, strict=False)), facts=facts)


def _shown(name: str, value: Any) -> Any:
    """As people and JSON have it: times as RFC 3339, sets in order, what is packed together apart."""
    if isinstance(value, Mapping):
        return {each: _shown(name, below) for each, below in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, int) and name in _SECONDS | _MILLISECONDS:
        return clock.as_timestamp(clock.from_epoch_ms(value if name in _MILLISECONDS else value * 1000))
    if name == "positions":
        at_s, position_s = unpacked(value)
        return {"position_s": position_s, "at": clock.as_timestamp(clock.from_epoch_ms(at_s * 1000))}
    return value.split() if name == "audiences" else value
