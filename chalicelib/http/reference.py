"""The page at ``/docs``: the OpenAPI document for a person to read, drawn on the server, with no script at all.

The frame is Vietnamese; what operations say of themselves is shown as they say it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from chalicelib.http import openapi, problems
from chalicelib.http.openapi_parts import Json
from chalicelib.http.reference_fields import fields_table, parameters_table, type_of
from chalicelib.http.reference_style import CSS

_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

FEATURES = {
    "accounts": "Gộp và tách tài khoản",
    "api": "Dịch vụ",
    "ambiguous-sign-ins": "Đăng nhập trùng tài khoản",
    "apps": "Siêu ứng dụng",
    "assessment": "Bài kiểm tra",
    "assignments": "Giao khoá học",
    "audiences": "Nhóm đối tượng",
    "audit": "Nhật ký quản trị",
    "banks": "Ngân hàng câu hỏi",
    "courses": "Khoá học",
    "credentials": "Chứng nhận",
    "identity": "Đăng nhập",
    "jobs": "Công việc nền",
    "learning": "Học tập",
    "library": "Thư viện tài liệu",
    "own-data": "Dữ liệu cá nhân của tôi",
    "people": "Người dùng",
    "places": "Địa bàn",
    "platform": "Nền tảng",
    "profiles": "Hồ sơ cá nhân",
    "provisioning": "Mở và tạm dừng không gian",
    "reports": "Báo cáo",
    "notifications": "Thông báo",
    "rosters": "Danh sách người học",
    "skills": "Kỹ năng số",
    "sso": "Đăng nhập một lần",
    "usage": "Mức sử dụng, chi phí",
    "tenants": "Đơn vị và không gian",
    "threads": "Hỏi đáp",
    "units": "Cây đơn vị",
}
ROLES = {
    "operator": "người vận hành",
    "admin": "quản trị",
    "author": "người soạn",
    "tutor": "trợ giảng",
    "learner": "học viên",
}


@lru_cache(maxsize=1)
def page() -> str:
    """The page of the operations that are declared, made once."""
    return render(openapi.document())


def render(document: Json) -> str:
    """The page of this document."""
    groups = _by_feature(document)
    sections = "".join(_feature(name, about, entries, document) for name, about, entries in groups)
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Hocmo: tài liệu API</title><style>{CSS}</style></head><body>"
        '<a class="skip" href="#main">Đến nội dung</a>'
        "<header><h1>Hocmo: tài liệu API</h1>"
        '<p>Bản cho máy đọc: <a href="/v1/openapi.json">OpenAPI 3.1</a>.</p>'
        f'<div lang="en">{_prose(document["info"]["description"])}</div></header>'
        f'<main id="main" tabindex="-1">{_contents(groups)}{sections}{_schemas(document)}{_problems(document)}</main>'
        "<footer><p>Trang này được tạo từ chính các thao tác mà hệ thống khai báo.</p></footer></body></html>"
    )


Entry = tuple[str, str, Json]  # method, path, operation


def _by_feature(document: Json) -> list[tuple[str, str, list[Entry]]]:
    entries: dict[str, list[Entry]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            entries.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return [(tag["name"], tag["description"], entries[tag["name"]]) for tag in document["tags"]]


def _contents(groups: list[tuple[str, str, list[Entry]]]) -> str:
    parts = []
    for name, _, entries in groups:
        links = "".join(
            f'<li><a href="#{operation["operationId"]}">{_address(method, path)}</a>'
            f' <span class="quiet" lang="en">{_inline(operation["summary"])}</span></li>'
            for method, path, operation in entries
        )
        label = f"{escape(FEATURES.get(name, name))} ({len(entries)})"
        parts.append(f"<li><details><summary>{label}</summary><ul>{links}</ul></details></li>")
    more = '<li><a href="#schemas">Kiểu dữ liệu</a></li><li><a href="#problems">Mã từ chối</a></li>'
    return (
        '<nav class="contents" aria-labelledby="contents"><h2 id="contents">Mục lục</h2>'
        f"<ul>{''.join(parts)}{more}</ul></nav>"
    )


def _feature(name: str, about: str, entries: list[Entry], document: Json) -> str:
    body = "".join(_operation(method, path, operation, document) for method, path, operation in entries)
    return (
        f'<section aria-labelledby="feature-{name}"><h2 id="feature-{name}">{escape(FEATURES.get(name, name))}</h2>'
        f'<p class="quiet" lang="en">{_inline(about)}</p>{body}</section>'
    )


def _operation(method: str, path: str, operation: Json, document: Json) -> str:
    name = operation["operationId"]
    about = operation.get("description", "")
    details = (
        parameters_table(operation["parameters"], document)
        + _body(operation, document)
        + _successes(operation, document)
        + _refusals(operation, document)
    )
    return (
        f'<article class="operation" id="{name}" aria-labelledby="{name}-title">'
        f'<h3 id="{name}-title">{_address(method, path)}</h3><div lang="en"><p>{_inline(operation["summary"])}</p>'
        f"{_prose(about)}</div>{_facts(operation)}<details><summary>Chi tiết "
        f'<span class="quiet">{name}</span></summary>{details}</details></article>'
    )


def _address(method: str, path: str) -> str:
    return f'<span class="method {method}">{method}</span> <code>{escape(path)}</code>'


def _facts(operation: Json) -> str:
    facts = {"Ai được gọi": _callers(operation)}
    budget = operation.get("x-budget")
    if budget:
        facts["Hạn mức"] = f"{budget['calls']} lượt gọi DynamoDB, {budget['rcu']:g} RCU, {budget['wcu']:g} WCU"
    if operation["x-audited"]:
        facts["Nhật ký"] = "Ghi vào nhật ký quản trị"
    return f'<dl class="facts">{"".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())}</dl>'


def _callers(operation: Json) -> str:
    if operation["x-permission"] == "anyone":
        return "Mọi người, không cần đăng nhập"
    roles = ", ".join(ROLES.get(role, role) for role in operation["x-roles"])
    return f"{roles} (<code>{operation['x-permission']}</code>)"


def _body(operation: Json, document: Json) -> str:
    body = operation.get("requestBody")
    if body is None:
        return ""
    (content,) = body["content"].values()
    return f"<h4>Nội dung gửi lên</h4>{_content(content, document, 'Các mục gửi lên', sent=True)}"


def _successes(operation: Json, document: Json) -> str:
    parts = []
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            continue
        headers = ", ".join(f"<code>{name}</code>" for name in answer.get("headers", {}))
        parts.append(f'<h4>Trả lời {status} <span lang="en">{_inline(answer["description"])}</span></h4>')
        parts.append(f"<p>Tiêu đề: {headers}</p>" if headers else "")
        for media, content in answer.get("content", {}).items():
            parts.append(f"<p><code>{escape(media)}</code></p>{_content(content, document, 'Các mục trả về')}")
    return "".join(parts)


def _content(content: Json, document: Json, caption: str, *, sent: bool = False) -> str:
    shown = "".join(
        f"<details><summary>Ví dụ</summary><pre tabindex=0><code>{_json(each['value'])}</code></pre></details>"
        for each in content.get("examples", {}).values()
    )
    return fields_table(content["schema"], document, caption, sent=sent) + shown


def _refusals(operation: Json, document: Json) -> str:
    items = []
    for status, answer in operation["responses"].items():
        if "$ref" not in answer:
            continue
        response = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        codes = response["content"][problems.CONTENT_TYPE]["examples"]
        links = ", ".join(f'<a href="#problem-{code}"><code>{code}</code></a>' for code in codes)
        items.append(f"<li>{status}: {links}</li>")
    return f"<h4>Từ chối</h4><ul>{''.join(items)}</ul>"


def _schemas(document: Json) -> str:
    parts = []
    for name, schema in document["components"]["schemas"].items():
        about = f'<p lang="en">{_inline(schema["description"])}</p>' if "description" in schema else ""
        table = (
            fields_table(schema, document, "Các mục", sent=True)
            if "properties" in schema
            else f"<p>{type_of(schema)}</p>"
        )
        parts.append(
            f'<article class="schema" id="schema-{name}" aria-labelledby="schema-{name}-title">'
            f'<h3 id="schema-{name}-title"><code>{escape(name)}</code></h3>{about}{table}</article>'
        )
    return f'<section aria-labelledby="schemas"><h2 id="schemas">Kiểu dữ liệu</h2>{"".join(parts)}</section>'


def _problems(document: Json) -> str:
    found: dict[str, Json] = {}
    for response in document["components"]["responses"].values():
        for code, shown in response["content"][problems.CONTENT_TYPE]["examples"].items():
            found[code] = shown
    items = "".join(
        f'<li id="problem-{code}"><code>{code}</code> ({shown["value"]["status"]}): {escape(shown["value"]["detail"])}'
        f' <span class="quiet" lang="en">{escape(shown["summary"])}</span></li>'
        for code, shown in sorted(found.items())
    )
    return f'<section aria-labelledby="problems"><h2 id="problems">Mã từ chối</h2><ul>{items}</ul></section>'


def _json(value: Any) -> str:
    return escape(json.dumps(value, ensure_ascii=False, indent=2), quote=False)


def _inline(text: str) -> str:
    """One run of text: backticks are code, double asterisks strong."""
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", shown)


def _prose(text: str) -> str:
    """Paragraphs and lists of a docstring."""
    return "".join(_block(block.splitlines()) for block in text.split("\n\n") if block.strip())


def _block(lines: Iterable[str]) -> str:
    joined = "\n".join(lines)
    if joined.startswith("* "):
        items = joined.removeprefix("* ").split("\n* ")
        return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
    return f"<p>{_inline(joined)}</p>"
