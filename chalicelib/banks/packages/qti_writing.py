"""Writes QTI packages: a manifest, an item for each question, the pictures they show."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final

from chalicelib.banks.packages import xhtml
from chalicelib.banks.packages.findings import Finding, PackedPicture, Place, Tags, Taken
from chalicelib.banks.packages.qti import DIFFICULTIES, MANIFEST
from chalicelib.banks.packages.qti_dialects import DIALECTS, Dialect, Version
from chalicelib.banks.packages.qti_items import ItemWriter
from chalicelib.questions.arranging import Ordering
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.writing import FillIn, ShortAnswer

EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same questions always give the same bytes
Pictures = Callable[[str], PackedPicture | None]


def write(file: BinaryIO, items: Iterable[Taken], pictures: Pictures, version: Version) -> list[Finding]:
    """Write questions into ``file`` as a package, one at a time; gives what others will not find in it as it is here,
    and which questions were not written, since a picture of theirs is missing."""
    package = _Package(file, DIALECTS[version], pictures)
    for item in items:
        package.add(item)
    package.close()
    return package.findings


class _Package:
    def __init__(self, file: BinaryIO, dialect: Dialect, pictures: Pictures) -> None:
        self.findings: list[Finding] = []
        self._dialect, self._pictures = dialect, pictures
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._sources: dict[str, str] = {}
        self._items = ItemWriter(dialect, self._sources.__getitem__)
        self._resources: list[str] = []

    def add(self, item: Taken) -> None:
        shown = dict.fromkeys(file_id for _, file_id in item.question.pictures())
        if not all(self._has(file_id) for file_id in shown):
            vi, en = "Không đọc được hình của câu hỏi.", "A picture of the question cannot be read."
            self.findings.append(Finding(item.place, "picture_missing", vi, en))
            return
        number = len(self._resources) + 1
        path = f"items/item-{number:05d}.xml"
        self._put(path, self._items.write(item.question, f"item_{number:05d}", item.place.name or f"{number}").encode())
        self._resources.append(self._resource(number, path, item.tags, [self._sources[each] for each in shown]))
        self.findings += _unsaid(item.place, item.question)

    def close(self) -> None:
        self._put(MANIFEST, self._manifest().encode())
        self._zip.close()

    def _has(self, file_id: str) -> bool:
        if file_id not in self._sources:
            picture = self._pictures(file_id)
            if picture is None:
                return False
            # Items stand one folder below the manifest.
            self._sources[file_id] = f"../pictures/{file_id}.{EXTENSIONS[picture.content_type]}"
            self._put(self._sources[file_id][3:], picture.content)
        return True

    def _put(self, path: str, content: bytes) -> None:
        info = zipfile.ZipInfo(path, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content)

    def _resource(self, number: int, path: str, tags: Tags, sources: list[str]) -> str:
        files = "".join(xhtml.element("file", {"href": each}) for each in (path, *(source[3:] for source in sources)))
        about = {"identifier": f"resource_{number:05d}", "type": self._dialect.resource, "href": path}
        return xhtml.element("resource", about, _metadata(tags) + files)

    def _manifest(self) -> str:
        schema, version = self._dialect.described
        described = xhtml.element("schema", {}, schema) + xhtml.element("schemaversion", {}, version)
        inside = xhtml.element("metadata", {}, described) + xhtml.element("organizations")
        inside += xhtml.element("resources", {}, "".join(self._resources))
        about = {"xmlns": self._dialect.package, "xmlns:lom": _LOM, "identifier": "manifest"}
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + xhtml.element("manifest", about, inside)


def _metadata(tags: Tags) -> str:
    """Tags as learning object metadata: keyword (1.5), difficulty (5.8), classification by competency (9)."""
    words = "".join(_lom("keyword", _lom("string", xhtml.text(word), {"language": "vi"})) for word in tags.words)
    parts = _lom("general", words) if words else ""
    if tags.difficulty:
        value = _lom("source", "LOMv1.0") + _lom("value", DIFFICULTIES[tags.difficulty - 1])
        parts += _lom("educational", _lom("difficulty", value))
    if tags.competences:
        purpose = _lom("purpose", _lom("source", "LOMv1.0") + _lom("value", "competency"))
        taxa = "".join(_lom("taxon", _lom("id", xhtml.text(code))) for code in tags.competences)
        parts += _lom("classification", purpose + _lom("taxonPath", taxa))
    return xhtml.element("metadata", {}, _lom("lom", parts)) if parts else ""


def _lom(name: str, inside: str, attributes: dict[str, str] | None = None) -> str:
    return xhtml.element(f"lom:{name}", attributes or {}, inside)


def _unsaid(place: Place, question: AnyQuestion) -> Iterator[Finding]:
    """What stands in the package in a way that other programs pass over."""
    if isinstance(question, ShortAnswer | FillIn) and question.ignore_diacritics:
        vi, en = "Phần mềm khác sẽ bắt buộc viết đúng dấu.", "Other programs will ask for all diacritics."
        yield Finding(place, "diacritics_unsaid", vi, en, "ignore_diacritics", taken=True)
    if isinstance(question, Ordering) and question.partial:
        vi, en = "Phần mềm khác chỉ tính khi đúng toàn bộ thứ tự.", "Other programs count the whole order alone."
        yield Finding(place, "partial_unsaid", vi, en, "partial", taken=True)
