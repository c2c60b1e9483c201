"""Audiences as a space's admins keep them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib import clock
from chalicelib.audiences import membership, regrouping, rules, store
from chalicelib.audiences.models import MOST, Audience, AudienceEdit, NewAudience
from chalicelib.audiences.models import Audiences as Listed
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.audiences.rules import RuleKind
from chalicelib.errors import Conflict, Language, NotFound, PreconditionFailed, Unavailable, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.people import units
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact

_TRIES = 4


class TooManyAudiences(Conflict):
    """Each is looked at whenever a profile changes, and each a person is in travels in their token."""

    code = "too_many_audiences"
    vi = "Mỗi không gian có tối đa {most} nhóm đối tượng tự đặt. Hãy xoá hoặc sửa nhóm đã có."
    en = "A space has at most {most} audiences of its own. Remove or edit one of those."


class ReadyMadeStays(Conflict):
    """The nation's figures are told by the four."""

    code = "audience_ready_made"
    vi = "Bốn nhóm đối tượng theo Quyết định 757/QĐ-BKHCN không xoá được, chỉ sửa được tên và quy tắc."
    en = "The four audiences of decision 757/QĐ-BKHCN cannot be removed; their names and rules can be edited."


@dataclass(frozen=True, slots=True)
class Kept:
    """An audience as it stands: what is stored of it, or what it is ready-made of (version 0)."""

    id: str
    item: Item

    @property
    def version(self) -> int:
        """How often it was written."""
        return int(self.item.get("version", 0))

    @property
    def etag(self) -> str:
        """The validator of this state."""
        return f'"{self.version}"'

    @property
    def shown(self) -> Audience:
        """As it goes out."""
        ready = self.id in READY_MADE
        return Audience(
            id=self.id,
            name=self.item["name"],
            about=self.item["about"],
            rule=rules.of_stored(self.item["rule"]),
            ready_made=ready,
            draft=ready and self.version == 0,
        )


def listed(space: Space, language: Language) -> Listed:
    """All audiences: 1 call."""
    audiences = membership.read(space)
    ready = [_kept(audiences, each, language) for each in READY_MADE]
    own = [Kept(each, item) for each, item in audiences.written.items() if each not in READY_MADE]
    own.sort(key=lambda each: (each.item["name"].casefold(), each.id))
    return Listed(items=[each.shown for each in (*ready, *own)], job=audiences.job)


def get(space: Space, audience_id: str, language: Language) -> Kept:
    """One audience: 1 call. Raises: NotFound."""
    return _kept(membership.read(space), audience_id, language)


def create(space: Space, new: NewAudience, circumstances: Circumstances) -> Kept:
    """A new audience, brought to everyone by a job: 4 calls, 5 for a rule over units. Repeated under the same key, it
    gives the same one. Raises: TooManyAudiences, InvalidInput, Unavailable."""
    _require_units(space, new.rule)
    audience_id = circumstances.new_id(space.slug)
    facts = {**_facts(new.name, new.about, new.rule), "created_at": clock.timestamp()}

    def put(audiences: membership.Audiences) -> Write | None:
        if audience_id in audiences.written:
            return None
        if len(audiences.written.keys() - READY_MADE.keys()) >= MOST:
            raise TooManyAudiences(most=MOST)
        return store.putting(space, audience_id, facts, 0)

    _change_rules(space, circumstances.actor_id, put)
    return get(space, audience_id, circumstances.language)


def edit(space: Space, audience_id: str, edit: AudienceEdit, circumstances: Circumstances) -> Kept:
    """Change an audience in the state that the admin has seen; another rule is brought to everyone by a job. 2 calls, 4
    or 5 with a new rule.

    Raises: NotFound, PreconditionRequired, PreconditionFailed, InvalidInput, Unavailable.
    """
    old = get(space, audience_id, circumstances.language)
    circumstances.require_match(old.etag)
    if edit.rule is not None:
        _require_units(space, edit.rule)
    rule = rules.stored(edit.rule) if edit.rule is not None else old.item["rule"]
    given = {"name": edit.name, "about": edit.about}
    facts = old.item | {name: value for name, value in given.items() if value is not None} | {"rule": rule}
    write = store.putting(space, audience_id, facts, old.version)
    if rule == old.item["rule"]:
        _write_alone(space, write)
    else:
        _change_rules(space, circumstances.actor_id, _unless_moved(audience_id, old.version, write))
    return Kept(audience_id, facts | {"version": old.version + 1})


def remove(space: Space, audience_id: str, circumstances: Circumstances) -> None:
    """Remove an audience; a job takes everyone out of it. 4 calls. Raises: NotFound, ReadyMadeStays, Unavailable."""
    if audience_id in READY_MADE:
        raise ReadyMadeStays

    def delete(audiences: membership.Audiences) -> Write:
        old = audiences.written.get(audience_id)
        if old is None:
            raise NotFound
        return store.deleting(space, audience_id, old["version"])

    _change_rules(space, circumstances.actor_id, delete)


def regroup(space: Space, circumstances: Circumstances) -> str:
    """Have everyone looked at again by the rules as they are: 3 calls; gives the job's id. Raises: Unavailable."""
    for _ in range(_TRIES):
        audiences = membership.read(space)
        try:
            return regrouping.begin(space, None, audiences.number, circumstances.actor_id)
        except TransactionFailed:
            continue
    raise Unavailable


def _change_rules(space: Space, actor: str, prepare: Callable[[membership.Audiences], Write | None]) -> None:
    """Write what ``prepare`` makes of the audiences as they are (``None``: nothing is left to do), again when another
    rule was changed meanwhile."""
    for _ in range(_TRIES):
        audiences = membership.read(space)
        write = prepare(audiences)
        if write is None:
            return
        try:
            regrouping.begin(space, write, audiences.number, actor)
        except TransactionFailed:
            continue
        membership.forget(space)
        return
    raise Unavailable


def _unless_moved(audience_id: str, version: int, write: Write) -> Callable[[membership.Audiences], Write]:
    def prepare(audiences: membership.Audiences) -> Write:
        if int(audiences.written.get(audience_id, {}).get("version", 0)) != version:
            raise PreconditionFailed
        return write

    return prepare


def _write_alone(space: Space, write: Write) -> None:
    try:
        transact([write])
    except TransactionFailed:
        raise PreconditionFailed from None
    membership.forget(space)


def _kept(audiences: membership.Audiences, audience_id: str, language: Language) -> Kept:
    written, made = audiences.written.get(audience_id), READY_MADE.get(audience_id)
    if written is not None:
        facts: Item = {name: written[name] for name in written if name not in ("pk", "sk")}
        return Kept(audience_id, facts)
    if made is None:
        raise NotFound
    name, about = (made.name_vi, made.about_vi) if language == "vi" else (made.name_en, made.about_en)
    return Kept(audience_id, {"name": name, "about": about, "rule": made.rule})


def _facts(name: str, about: str, rule: RuleKind) -> dict[str, Any]:
    return {"name": name, "about": about, "rule": rules.stored(rule)}


def _require_units(space: Space, rule: RuleKind) -> None:
    """Refuse a rule over units that there are not. 0 calls when warm. Raises: InvalidInput."""
    named = rules.units_of(rule)
    unknown = named - units.named(space, named).keys() if named else set()
    if unknown:
        paths = ", ".join(sorted(unknown)[:3])
        raise refuse_field("rule", "unit_unknown", f"Không có đơn vị: {paths}.", f"There is no unit {paths}.")
