"""What a space has chosen: which achievements are certified, and what its certificates say."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from chalicelib import vietnamese
from chalicelib.credentials import reasons, store
from chalicelib.credentials.models import (
    MOST_TEMPLATES,
    CertificationRule,
    CertificationRuleCard,
    CredentialSettings,
    Signatory,
    Template,
    TemplateBody,
)
from chalicelib.credentials.prints import signatures
from chalicelib.credentials.reasons import Earned
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, refuse_field
from chalicelib.http import paging
from chalicelib.http.caching import etag
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


class TooManyTemplates(Conflict):
    """A space has as many templates as anyone can look through."""

    code = "too_many_templates"
    vi = "Mỗi không gian có tối đa {most} mẫu chứng nhận. Hãy xoá mẫu không dùng."
    en = "A space has at most {most} certificate templates. Delete one that is not used."


class TemplateInUse(Conflict):
    """New certificates would lose what they are to say. Those that were issued keep it."""

    code = "template_in_use"
    vi = "Mẫu này đang là mẫu mặc định của không gian. Hãy chọn mẫu mặc định khác trước."
    en = "This is the space's usual template. Choose another usual one first."


@dataclass(frozen=True, slots=True)
class Described:
    """A template, and which state of it that is."""

    template: Template
    etag: str


def certified(space: Space, earned: Iterable[Earned]) -> dict[tuple[str, str], Item]:
    """Of these achievements those that the space certifies, by kind and id, each with its template (an empty one: the
    program's own texts): 1 call, and 1 if any has a template."""
    wanted = sorted({(each.kind, each.about) for each in earned})
    policy = store.policy(space, [about for _, about in wanted])
    usual = policy.get("settings", {})
    chosen: dict[tuple[str, str], str | None] = {}
    for kind, about in wanted:
        rule = policy.get(about)
        if rule["issues"] if rule else usual.get(reasons.KINDS[kind].setting) == "all":
            chosen[kind, about] = (rule or {}).get("template") or usual.get("template")
    found = store.some_templates(space, {each for each in chosen.values() if each})
    return {key: found.get(template or "", {}) for key, template in chosen.items()}


def template_for(space: Space, kind: str, about: str) -> Item:
    """The template that an achievement's certificates have, whether or not they are issued by themselves: 2 calls."""
    policy = store.policy(space, [about])
    named = policy.get(about, {}).get("template") or policy.get("settings", {}).get("template")
    return store.some_templates(space, [named] if named else []).get(named or "", {})


def settings(space: Space) -> CredentialSettings:
    """What is certified where no rule says otherwise: 1 call. Nothing, as long as nobody has chosen."""
    found = store.policy(space, []).get("settings", {})
    return CredentialSettings(
        courses=found.get("courses", "chosen"),
        assessments=found.get("assessments", "chosen"),
        template=found.get("template"),
    )


def set_settings(space: Space, wanted: CredentialSettings) -> CredentialSettings:
    """2 calls. Raises: InvalidInput."""
    _require_template(space, wanted.template)
    store.keep_settings(space, wanted.model_dump())
    return wanted


def rules(space: Space, cursor: str | None, limit: int) -> tuple[list[CertificationRuleCard], str | None]:
    """A page of the rules: 1 call. Raises: BadCursor."""
    after = paging.decode(cursor, str)[0] if cursor else None
    rows = store.rules(space, after, limit)
    more = paging.encode(rows.after["sk"].removeprefix("rule#")) if rows.after else None
    return [_rule(item) for item in rows.items], more


def set_rule(space: Space, about: str, wanted: CertificationRule) -> CertificationRuleCard:
    """2 or 3 calls. Raises: InvalidInput, NotFound for a course that the space has not."""
    reasons.KINDS[wanted.kind].requires(space, about)  # so there are never more rules than courses
    _require_template(space, wanted.template)
    facts = {"kind": wanted.kind, "issues": wanted.issues, "template": wanted.template}
    store.keep_rule(space, about, facts)
    return CertificationRuleCard(about=about, kind=wanted.kind, issues=wanted.issues, template=wanted.template)


def drop_rule(space: Space, about: str) -> None:
    """1 call."""
    store.drop_rule(space, about)


def every(space: Space) -> list[Template]:
    """All templates, by name: 1 call."""
    found = [_template(item) for item in store.templates(space)]
    return sorted(found, key=lambda each: vietnamese.collation_key(each.name))


def read(space: Space, template_id: str) -> Described:
    """1 call. Raises: NotFound."""
    item = _required(space, template_id)
    return Described(_template(item), _etag(item))


def create(space: Space, body: TemplateBody, circumstances: Circumstances) -> Described:
    """2 calls, and 1 and 1 of S3 for each signature. Raises: TooManyTemplates, InvalidInput."""
    signatures.require(space, body.signatories)
    template_id = circumstances.new_id("credential-template")
    if len(store.templates(space)) >= MOST_TEMPLATES:
        raise TooManyTemplates(most=MOST_TEMPLATES)
    with suppress(ConditionFailed):  # the first try of this very request made it
        store.create_template(space, template_id, body.model_dump())
    return read(space, template_id)


def replace(space: Space, template_id: str, body: TemplateBody, circumstances: Circumstances) -> Described:
    """3 calls, and 1 and 1 of S3 for each signature. What was issued keeps its texts.

    Raises: NotFound, PreconditionRequired, PreconditionFailed, InvalidInput.
    """
    item = _required(space, template_id)
    circumstances.require_match(_etag(item))
    signatures.require(space, body.signatories)
    try:
        store.keep_template(space, template_id, body.model_dump(), item["v"])
    except ConditionFailed:
        raise PreconditionFailed from None
    return read(space, template_id)


def delete(space: Space, template_id: str) -> None:
    """2 calls. A rule that names it falls back to the usual one. Raises: TemplateInUse."""
    if settings(space).template == template_id:
        raise TemplateInUse
    store.drop_template(space, template_id)


def _required(space: Space, template_id: str) -> Item:
    item = store.some_templates(space, [template_id]).get(template_id)
    if item is None:
        raise NotFound
    return item


def _require_template(space: Space, template_id: str | None) -> None:
    if template_id and template_id not in store.some_templates(space, [template_id]):
        raise refuse_field(
            "template", "unknown_template", "Không có mẫu chứng nhận này.", "There is no such certificate template."
        )


def _template(item: Item) -> Template:
    return Template(
        id=item["sk"].removeprefix("template#"),
        name=item["name"],
        language=item["language"],
        superior=item.get("superior"),
        issued_by=item.get("issued_by"),
        heading=item.get("heading"),
        body=item.get("body"),
        title=item.get("title"),
        description=item.get("description"),
        criteria=item.get("criteria"),
        signatories=[Signatory(**each) for each in item.get("signatories", [])],
        valid_months=item.get("valid_months"),
        hashed_email=item.get("hashed_email", False),
    )


def _rule(item: Item) -> CertificationRuleCard:
    return CertificationRuleCard(
        about=item["sk"].removeprefix("rule#"), kind=item["kind"], issues=item["issues"], template=item.get("template")
    )


def _etag(item: Item) -> str:
    return etag(f"{item['sk']}@{item['v']}")
