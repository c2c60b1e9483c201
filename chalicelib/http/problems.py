"""Refusals as ``application/problem+json`` (RFC 9457), in the reader's language; bad bodies as a list of bad fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from chalice.app import Response
from pydantic import ConfigDict, Field, ValidationError

from chalicelib import config
from chalicelib.errors import Fault, InvalidInput, Language, Refusal
from chalicelib.http.bodies import MalformedBody
from chalicelib.http.models import Outbound

CONTENT_TYPE = "application/problem+json"

# Pydantic's own errors in words a person can act on; facts in braces come from the error's context.
_MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("Thiếu thông tin bắt buộc.", "This field is required."),
    "extra_forbidden": ("Không có mục này; hãy kiểm tra tên.", "There is no such field; check its name."),
    "string_too_short": ("Cần ít nhất {min_length} ký tự.", "At least {min_length} characters are needed."),
    "string_too_long": ("Không quá {max_length} ký tự.", "At most {max_length} characters are allowed."),
    "string_pattern_mismatch": ("Sai định dạng.", "The format is not right."),
    "string_type": ("Phải là văn bản.", "This must be text."),
    "literal_error": ("Phải là một trong: {expected}.", "This must be one of: {expected}."),
    "enum": ("Phải là một trong: {expected}.", "This must be one of: {expected}."),
    "int_type": ("Phải là số nguyên.", "This must be a whole number."),
    "int_parsing": ("Phải là số nguyên.", "This must be a whole number."),
    "int_from_float": ("Phải là số nguyên.", "This must be a whole number."),
    "float_type": ("Phải là số.", "This must be a number."),
    "bool_type": ("Phải là true hoặc false.", "This must be true or false."),
    "bool_parsing": ("Phải là true hoặc false.", "This must be true or false."),
    "list_type": ("Phải là danh sách.", "This must be a list."),
    "dict_type": ("Phải là một đối tượng.", "This must be an object."),
    "model_type": ("Phải là một đối tượng.", "This must be an object."),
    "model_attributes_type": ("Phải là một đối tượng.", "This must be an object."),
    "greater_than_equal": ("Phải từ {ge} trở lên.", "This must be at least {ge}."),
    "greater_than": ("Phải lớn hơn {gt}.", "This must be more than {gt}."),
    "less_than_equal": ("Không quá {le}.", "This must be at most {le}."),
    "less_than": ("Phải nhỏ hơn {lt}.", "This must be less than {lt}."),
    "too_short": ("Cần ít nhất {min_length} mục.", "At least {min_length} entries are needed."),
    "too_long": ("Không quá {max_length} mục.", "At most {max_length} entries are allowed."),
    "datetime_parsing": ("Phải là thời điểm theo RFC 3339.", "This must be a time as RFC 3339 has it."),
    "datetime_from_date_parsing": ("Phải là thời điểm theo RFC 3339.", "This must be a time as RFC 3339 has it."),
    "timezone_aware": ("Thời điểm phải có múi giờ.", "The time must carry its zone."),
    "date_from_datetime_parsing": ("Phải là ngày dạng 2026-11-24.", "This must be a date like 2026-11-24."),
    "union_tag_invalid": ("Phải là một trong: {expected_tags}.", "This must be one of: {expected_tags}."),
    "union_tag_not_found": ("Thiếu loại.", "The kind is missing."),
}


class BadField(Outbound):
    """One bad field of what was sent."""

    field: str = Field(description="Its path in the body, or the name of the parameter.", examples=["brand.short_name"])
    pointer: str = Field(description="The same as a JSON pointer (RFC 6901).", examples=["#/brand/short_name"])
    code: str = Field(description="Stable, for programs.", examples=["string_too_long"])
    detail: str = Field(description="For a person, in their language.", examples=["Không quá 40 ký tự."])


class Problem(Outbound):
    """How this API says no (RFC 9457)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(description="Where this kind of problem is described.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599)
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="For a person, in the language that they accept; it says what to do.")
    request_id: str = Field(description="To quote to support.")
    error: str | None = Field(
        default=None, description="To programs that speak OAuth: RFC 6749, 5.2.", examples=["invalid_grant"]
    )
    errors: list[BadField] = Field(
        default_factory=list, description="Every bad field at once, where fields are at fault.", max_length=100
    )


_OTHER = ("Giá trị không hợp lệ.", "The value is not valid.")
_MAX_FAULTS = 100
_MAX_ACCEPT = 200
_MAX_FIELD = 200  # a client may invent names of any length, and we repeat them


def from_validation(error: ValidationError) -> Refusal:
    """Every bad field of a body or a query at once (the first hundred of them). What was sent is never quoted back."""
    errors = error.errors(include_url=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return MalformedBody()
    return InvalidInput(faults=[_fault(each) for each in errors[:_MAX_FAULTS]])


def _fault(error: Any) -> Fault:
    context: Mapping[str, Any] = error.get("ctx") or {}
    kind = error["type"]
    below = [context["field"]] if "vi" in context and context.get("field") else []
    field = ".".join(str(part) for part in [*error["loc"], *below])[:_MAX_FIELD]
    if "vi" in context and "en" in context:
        return Fault(field, kind, str(context["vi"]), str(context["en"]))
    vi, en = _MESSAGES.get(kind, _OTHER)
    if "expected" in context:
        context = {**context, "expected": str(context["expected"]).replace(" or ", ", ")}  # in no language
    return Fault(field, kind, vi.format(**context), en.format(**context))


def response(refusal: Refusal, language: Language, request_id: str) -> Response:
    """The problem document of a refusal, with the headers its status asks for."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": CONTENT_TYPE,
        "Cache-Control": "no-store",
        "Content-Language": language,
    }
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = f'Bearer realm="hocmo", error="{refusal.code}"'
    body = json.dumps(document(refusal, language, request_id), ensure_ascii=False, separators=(",", ":"))
    return Response(body=body, status_code=refusal.status, headers=headers)


def document(refusal: Refusal, language: Language, request_id: str) -> dict[str, Any]:
    """The members of the problem: ``code`` is stable, ``detail`` is for a person, ``errors`` names every bad field;
    times that the refusal tells programs stand beside them."""
    problem: dict[str, Any] = {
        "type": f"{config.current().public_url}/docs#problem-{refusal.code}",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail(language),
        "request_id": request_id,
    }
    if refusal.oauth:
        problem["error"] = refusal.oauth
    problem |= {name: refusal.facts[name] for name in refusal.times if name in refusal.facts}
    if refusal.faults:
        problem["errors"] = _errors(refusal.faults, language)
    return problem


def _errors(faults: Sequence[Fault], language: Language) -> list[dict[str, str]]:
    return [
        {
            "field": fault.field,
            "pointer": "#/" + fault.field.replace("~", "~0").replace("/", "~1").replace(".", "/")
            if fault.field
            else "#",
            "code": fault.code,
            "detail": fault.vi if language == "vi" else fault.en,
        }
        for fault in faults
    ]


@lru_cache(maxsize=256)
def language_of(accept: str | None) -> Language:
    """Vietnamese unless the reader asks for English before it (RFC 9110, 12.5.4, the two we speak)."""
    best: tuple[float, Language] = (0.0, "vi")
    for part in (accept or "")[:_MAX_ACCEPT].split(","):
        tag, _, parameters = part.partition(";")
        primary = tag.strip().split("-")[0].lower()
        quality = _quality(parameters)
        if primary in ("vi", "en") and quality > best[0]:
            best = (quality, cast(Language, primary))
    return best[1]


def _quality(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
