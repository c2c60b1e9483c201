"""Tables of fields for the reference page: name, type, limits and meaning of what a JSON schema allows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from chalicelib.http.openapi_parts import Json

_TYPES = {
    "string": "văn bản",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "true hoặc false",
    "object": "đối tượng",
    "null": "null",
}
_FORMATS = {"date-time": "thời điểm (RFC 3339)", "date": "ngày"}


def fields_table(schema: Json, document: Json, caption: str, *, sent: bool = False) -> str:
    """The fields of an object, with which of them must be ``sent``; for anything else, its type in a line."""
    whole = _resolved(schema, document)
    if "properties" not in whole:
        return f"<p>{type_of(schema)}</p>"
    required = whole.get("required", ()) if sent else ()
    rows = [
        (f"<code>{escape(name)}</code>" + _needed(name in required), type_of(part), _about(part))
        for name, part in whole["properties"].items()
    ]
    named = f" ({type_of(schema)})" if "$ref" in schema else ""
    return table(escape(caption) + named, ("Tên", "Kiểu", "Giới hạn và ý nghĩa"), rows)


def parameters_table(parameters: list[Json], document: Json) -> str:
    """The parameters of an operation."""
    shared = document["components"]["parameters"]
    whole = [shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in parameters]
    places = {"path": "địa chỉ", "query": "truy vấn", "header": "tiêu đề"}
    rows = [
        (
            f"<code>{escape(each['name'])}</code>" + _needed(each["required"]),
            f"{places[each['in']]}: {type_of(each['schema'])}",
            _about({**each["schema"], "description": each.get("description", "")}),
        )
        for each in whole
    ]
    return f"<h4>Tham số</h4>{table('Gửi kèm yêu cầu', ('Tên', 'Nơi đặt và kiểu', 'Giới hạn và ý nghĩa'), rows)}"


def type_of(schema: Json) -> str:
    """A schema's type in words, linked where it has a name of its own."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
    branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if branches:
        return " hoặc ".join(dict.fromkeys(type_of(each) for each in branches))
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return " | ".join(_code(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"danh sách {type_of(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"đối tượng: tên → {type_of(schema['additionalProperties'])}"
    return _FORMATS.get(schema.get("format", "")) or _TYPES.get(schema.get("type", ""), "bất kỳ")


def table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table. Its roles are said outright: on a phone its rows are drawn as blocks, and would lose them."""
    head = "".join(f'<th scope="col" role="columnheader">{each}</th>' for each in heads)
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{first}</th>'
        + "".join(f'<td role="cell">{each}</td>' for each in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="table"><table role="table"><caption>{caption}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def limits(schema: Json) -> list[str]:
    """What a value may be at most and at least, in words."""
    found = [
        _range(schema, "minLength", "maxLength", "ký tự"),
        _range(schema, "minItems", "maxItems", "mục"),
        _range(schema, "minimum", "maximum", ""),
        f"mẫu {_code_text(schema['pattern'])}" if "pattern" in schema else "",
        f"mặc định {_code(schema['default'])}" if "default" in schema else "",
    ]
    for branch in schema.get("anyOf", ()):
        found += limits(branch)
    if isinstance(schema.get("items"), dict):
        found += [f"mỗi mục: {each}" for each in limits(schema["items"])]
    return [each for each in found if each]


def _about(schema: Json) -> str:
    text = schema.get("description", "")
    meaning = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    shown = f'<span lang="en">{meaning}</span>' if text else ""
    return "<br>".join(part for part in ("; ".join(limits(schema)), shown) if part)


def _range(schema: Json, low: str, high: str, unit: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if most is None:
        return f"từ {least} {unit}".strip() if least else ""
    return (f"{least} đến {most} {unit}" if least is not None else f"không quá {most} {unit}").strip()


def _needed(required: bool) -> str:
    return ' <span class="needed">bắt buộc</span>' if required else ""


def _code(value: Any) -> str:
    return _code_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _code_text(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _resolved(schema: Json, document: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
