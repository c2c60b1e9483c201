"""What may stand in what in QTI, so far as we write it: the facts of the published schemas, in our own words.

The schemas themselves are in no package that could be installed: these tables were held against large parts of
imsqti_v2p1.xsd (2012) and the manifests' profiles qtiv2p2_imscpv1p2_v1p0 and imsqtiv3p0_imscpv1p2. The item schemas of
2.2 and 3.0 were not read: what is said of them follows from 2.1.
Names are those of QTI 3.0 without their prefix. ``…`` stands for any text; words are child elements in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from chalicelib.banks.packages.markup import plain

_EXPRESSION = "(match|equal|gte|and|sum|product|divide|variable|correct|base-value|map-response|map-response-point)"
_BLOCK = "(p|h2|h3|h4|ul|ol|hr|pre|blockquote|table|div)"
_INLINE = "(img|object|br|em|strong|code|span|a)"
_TYPED = "(text-entry-interaction|inline-choice-interaction)"
_FLOW = f"…({_BLOCK}|{_INLINE})*"
_WORDS = f"…({_INLINE}|{_TYPED})*"
_INTERACTION = "(choice-interaction|order-interaction|match-interaction|select-point-interaction)"

_CHILDREN: dict[str, str] = {
    "assessment-item": "response-declaration* outcome-declaration* item-body response-processing modal-feedback*",
    "response-declaration": "correct-response? mapping? area-mapping?",
    "outcome-declaration": "default-value?",
    "correct-response": "value+",
    "default-value": "value+",
    "value": "…",
    "mapping": "map-entry+",
    "area-mapping": "area-map-entry+",
    "map-entry": "",
    "area-map-entry": "",
    "item-body": f"({_BLOCK}|{_INTERACTION})+",
    "choice-interaction": "prompt? simple-choice+",
    "order-interaction": "prompt? simple-choice+",
    "match-interaction": "prompt? simple-match-set simple-match-set",
    "simple-match-set": "simple-associable-choice*",
    "select-point-interaction": "prompt? (object|img)",
    "inline-choice-interaction": "inline-choice+",
    "inline-choice": "…",
    "text-entry-interaction": "",
    "prompt": _FLOW,
    "simple-choice": _FLOW,
    "simple-associable-choice": _FLOW,
    "content-body": _FLOW,
    "response-processing": "(response-condition|set-outcome-value)*",
    "response-condition": "response-if response-else-if* response-else?",
    "response-if": f"{_EXPRESSION} (set-outcome-value|response-condition)*",
    "response-else": "(set-outcome-value|response-condition)*",
    "set-outcome-value": _EXPRESSION,
    **dict.fromkeys(("match", "equal", "gte", "divide"), f"{_EXPRESSION} {_EXPRESSION}"),
    **dict.fromkeys(("and", "sum", "product"), f"{_EXPRESSION}+"),
    **dict.fromkeys(("variable", "correct", "map-response", "map-response-point", "img", "br", "hr"), ""),
    "base-value": "…",
    **dict.fromkeys(("div", "li", "td", "th"), f"…({_BLOCK}|{_INLINE}|{_TYPED}|{_INTERACTION})*"),
    **dict.fromkeys(("p", "h2", "h3", "h4", "pre", "em", "strong", "code", "span", "a"), _WORDS),
    "blockquote": f"{_BLOCK}*",
    **dict.fromkeys(("ul", "ol"), "li*"),
    "table": "tbody+",
    "tbody": "tr+",
    "tr": "(th|td)*",
    "object": "…",
    # Manifests
    "manifest": "metadata organizations resources",
    "organizations": "",
    "resources": "resource*",
    "resource": "metadata? file+",
    "file": "",
    "schema": "…",
    "schemaversion": "…",
    "lom": "general? educational? classification*",
    "general": "keyword*",
    "educational": "difficulty?",
    **dict.fromkeys(("difficulty", "purpose"), "source value"),
    "keyword": "string+",
    "classification": "purpose? taxon-path*",
    "taxon-path": "source? taxon*",
    "taxon": "id? entry?",
    **dict.fromkeys(("string", "source", "id", "entry"), "…"),
}

# Attributes that must be there, and after the bar those that may.
_ATTRIBUTES: dict[str, str] = {
    "assessment-item": "identifier title adaptive time-dependent | label tool-name tool-version schema-location",
    "response-declaration": "identifier cardinality base-type |",
    "outcome-declaration": "identifier cardinality | base-type normal-maximum",
    "mapping": "default-value | lower-bound upper-bound",
    "map-entry": "map-key mapped-value | case-sensitive",
    "area-mapping": "default-value | lower-bound upper-bound",
    "area-map-entry": "shape coords mapped-value |",
    "choice-interaction": "response-identifier shuffle max-choices |",
    "order-interaction": "response-identifier shuffle |",
    "match-interaction": "response-identifier shuffle max-associations |",
    "select-point-interaction": "response-identifier max-choices |",
    "inline-choice-interaction": "response-identifier shuffle |",
    "text-entry-interaction": "response-identifier |",
    "simple-choice": "identifier |",
    "inline-choice": "identifier |",
    "simple-associable-choice": "identifier match-max |",
    "modal-feedback": "outcome-identifier identifier show-hide |",
    "set-outcome-value": "identifier |",
    **dict.fromkeys(("variable", "correct", "map-response", "map-response-point"), "identifier |"),
    "base-value": "base-type |",
    "equal": "tolerance-mode | tolerance",
    "img": "src alt | width height",
    "object": "data type | width height",
    "a": "href |",
    **dict.fromkeys(("td", "th"), "| colspan rowspan"),
    "manifest": "identifier |",
    "resource": "identifier type href |",
    "file": "href |",
    "string": "| language",
}
_IDENTIFIERS = ("identifier", "response-identifier", "outcome-identifier")
_NAME = re.compile(r"[^\W\d][\w.-]*")


def wrongs(document: bytes, version: str) -> Iterator[str]:
    """What of a document the schemas of a version do not allow."""
    yield from _wrongs(ElementTree.fromstring(document), version, "")


def _wrongs(node: ElementTree.Element, version: str, path: str) -> Iterator[str]:
    name = plain(node.tag.rpartition("}")[2])
    path = f"{path}/{name}"
    allowed = _allowed(name, version, path)
    if allowed is None:
        yield f"{path}: no such element"
        return
    children = [plain(child.tag.rpartition("}")[2]) for child in node]
    if not re.fullmatch(_pattern(allowed), "".join(f"<{child}>" for child in children)):
        yield f"{path}: holds {children}"
    if not allowed.startswith("…") and "".join([node.text or "", *(child.tail or "" for child in node)]).strip():
        yield f"{path}: holds text"
    yield from (f"{path}: {wrong}" for wrong in _wrong_attributes(node, name))
    for child in node:
        yield from _wrongs(child, version, path)


def _allowed(name: str, version: str, path: str) -> str | None:
    if name == "modal-feedback":
        return "content-body" if version == "3.0" else _FLOW
    if name == "metadata":
        return "lom" if "/resource/" in path else "schema schemaversion"
    return _CHILDREN.get(name)


def _pattern(allowed: str) -> str:
    return re.sub(r"[a-z][a-z0-9-]*", lambda found: f"(?:<{found[0]}>)", allowed.replace("…", "")).replace(" ", "")


def _wrong_attributes(node: ElementTree.Element, name: str) -> Iterator[str]:
    given = {plain(key.rpartition("}")[2]): value for key, value in node.attrib.items()}
    needed, _, more = _ATTRIBUTES.get(name, "|").partition("|")
    yield from (f"lacks {each}" for each in needed.split() if each not in given)
    known = {*needed.split(), *more.split(), "class"}
    yield from (f"has {each}" for each in given if each not in known)
    yield from (f"{each} is no name" for each in _IDENTIFIERS if each in given and not _NAME.fullmatch(given[each]))
