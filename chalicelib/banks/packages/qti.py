"""Reads QTI: packages of versions 3.0, 2.2 and 2.1 (and 2.0, which differs in nothing that is read), and single items.

A package is read as its manifest lists it (IMS Content Packaging 1.1, 1.2). One item that cannot be taken says nothing
of the others.
"""

from __future__ import annotations

import hashlib
import posixpath
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib import ids
from chalicelib.banks.packages import findings, qti_choosing, qti_typing
from chalicelib.banks.packages.archive import Archive, clean_path, resolved, too_large
from chalicelib.banks.packages.findings import MAX_ITEMS, NotTaken, PackedPicture, Place, Reading, Remark, Tags
from chalicelib.banks.packages.markup import Node, TooDeep, xml
from chalicelib.banks.packages.qti_bodies import INLINE, TOOL, Item, before_answering
from chalicelib.banks.packages.qti_scoring import Scoring
from chalicelib.banks.packages.reducing import Reducer
from chalicelib.banks.packages.refusals import PackageDamaged, PackageEmpty, PackageOfAnotherFormat, PackageTooLarge
from chalicelib.tenants import pictures

Json = dict[str, Any]
MANIFEST = "imsmanifest.xml"
_ITEMS = ("imsqti_item", "imsqti_apipitem", "imsqti_xmlv1p")
_OTHERS = frozenset({"[Content_Types].xml", "h5p.json", "META-INF/manifest.xml", "moodle_backup.xml"})
DIFFICULTIES = ("very easy", "easy", "medium", "difficult", "very difficult")  # IEEE 1484.12.1 (LOM), 5.8
_READERS: dict[str, Callable[[Item, Node], Json]] = {
    "choice-interaction": qti_choosing.choice,
    "order-interaction": qti_choosing.order,
    "match-interaction": qti_choosing.match,
    "associate-interaction": qti_choosing.associate,
    "hotspot-interaction": qti_choosing.hot_spot,
    "select-point-interaction": qti_choosing.hot_spot,
    "gap-match-interaction": qti_typing.gap_match,
    "extended-text-interaction": qti_typing.extended,
    "hottext-interaction": qti_choosing.choice,
    "slider-interaction": qti_typing.slider,
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """An item's file, and what the manifest says of it."""

    path: str
    tags: Tags


def read_package(content: bytes, scope: str = "") -> Reading:
    """All questions of a zipped package. Pictures get ids that follow from ``scope`` and from their content.

    Raises: PackageDamaged, PackageTooLarge, PackageEmpty, PackageOfAnotherFormat.
    """
    archive = Archive(content)
    reader = _Reader(archive, scope)
    listed = list(_listed(archive))
    if not listed:
        raise PackageEmpty
    if len(listed) > MAX_ITEMS:
        raise too_large()
    for number, each in enumerate(listed, 1):
        reader.read(number, each)
    return reader.reading


def read_item(content: bytes) -> Reading:
    """The question of one item without a package, so without pictures.

    Raises: PackageDamaged, PackageOfAnotherFormat.
    """
    root = xml(content, "xml")
    if root.name not in ("assessment-item", "questestinterop"):
        raise PackageOfAnotherFormat
    reader = _Reader(None, "")
    reader.take(1, "", root, Tags())
    return reader.reading


def _listed(archive: Archive) -> Iterator[_Listed]:
    """The items as the manifest lists them, the outermost if there are several; without one, whatever XML there is.

    Raises: PackageOfAnotherFormat.
    """
    paths = [path for path in archive.paths if not path.startswith("__MACOSX/")]
    manifests = [path for path in paths if posixpath.basename(path).lower() == MANIFEST]
    if manifests:
        yield from _in_manifest(archive, min(manifests, key=lambda path: path.count("/")))
        return
    if _OTHERS.intersection(paths) or not any(path.lower().endswith(".xml") for path in paths):
        raise PackageOfAnotherFormat
    yield from (_Listed(path, Tags()) for path in sorted(paths) if path.lower().endswith(".xml"))


def _in_manifest(archive: Archive, manifest: str) -> Iterator[_Listed]:
    root = xml(archive.read(manifest), manifest)
    for resources in root.walk("resources"):
        base = posixpath.join(root.get("base"), resources.get("base"))
        for resource in resources.elements("resource"):
            if resource.get("type").lower().startswith(_ITEMS):
                file = resource.first("file")
                href = resource.get("href") or (file.get("href") if file else "")
                based = resolved(manifest, posixpath.join(base, resource.get("base"), href))
                # Some write a base that they do not mean.
                path = based if based in archive else resolved(manifest, href)
                yield _Listed(path or href, _tags(resource))


def _tags(resource: Node) -> Tags:
    """What the metadata of a resource says (LOM 1.5 keyword, 5.8 difficulty, 9 classification by competency)."""
    words = [string.text() for keyword in resource.walk("keyword") for string in keyword.walk("string", "langstring")]
    said = [value.text().strip().lower() for each in resource.walk("difficulty") for value in each.walk("value")]
    difficulty = next((DIFFICULTIES.index(each) + 1 for each in said if each in DIFFICULTIES), None)
    codes = [
        code.text()
        for classification in resource.walk("classification")
        if any(value.text().strip() == "competency" for value in classification.walk("value"))
        for code in classification.walk("id")
    ]
    return findings.tags(codes, difficulty, words)


class _Reader:
    def __init__(self, archive: Archive | None, scope: str) -> None:
        self._archive, self._scope = archive, scope
        self.reading = Reading()
        self._sizes: dict[str, tuple[int, int]] = {}
        self._known: dict[str, str | None] = {}  # the pictures' ids by their paths

    def read(self, number: int, listed: _Listed) -> None:
        """One item of the package."""
        path = clean_path(listed.path) if listed.path else None
        if self._archive is None or path is None or path not in self._archive:
            vi, en = "Tệp của câu hỏi không có trong gói.", "The item's file is not in the package."
            self.reading.refuse(Place(number, listed.path[:100]), Remark("file_missing", vi, en))
            return
        try:
            root = xml(self._archive.read(path), path)
        except PackageTooLarge:
            raise
        except PackageDamaged as damage:
            remark = Remark(damage.code, damage.detail("vi"), damage.detail("en"))
            self.reading.refuse(Place(number, path[:100]), remark)
            return
        self.take(number, path, root, listed.tags)

    def take(self, number: int, path: str, root: Node, tags: Tags) -> None:
        """One item by its tree."""
        name = findings.name(root.get("title") or root.get("identifier") or posixpath.basename(path))
        place = Place(number, name, root.line or None)
        try:
            item = self._item(path, root)
            facts = _facts(item)
        except NotTaken as refused:
            self.reading.refuse(place, refused.remark)
        except TooDeep:
            self.reading.refuse(place, Remark("too_deep", "Nội dung lồng quá sâu.", "It is nested too deeply."))
        else:
            left = [*item.left, *item.scoring.left, *item.reducer.left.values()]
            self.reading.take(place, facts, tags, left)

    def _item(self, path: str, root: Node) -> Item:
        _require_readable(root)
        body = root.first("item-body")
        ours = root.get("tool-name") == TOOL
        reducer = Reducer(lambda source: self._picture(path, source), exact=ours)
        shared = [child for each in root.elements("assessment-stimulus-ref") for child in self._shared(path, each)]
        said: list[Node] = []
        withheld: list[str] = []
        whole = Node("item-body", {}, [*shared, *(body.children if body else [])])
        shown = before_answering(whole, said, withheld)
        for view in withheld:
            reducer.drop(f"rubricBlock ({view[:40]})")
        return Item(root, shown, Scoring(root), reducer, ours, self._sizes, said)

    def _shared(self, path: str, reference: Node) -> list[Node | str]:
        """What a shared stimulus shows (QTI 3.0, qti-assessment-stimulus). Raises: NotTaken."""
        target = resolved(path, reference.get("href"))
        if self._archive is not None and target is not None and target in self._archive:
            try:
                body = next(xml(self._archive.read(target), target).walk("stimulus-body"), None)
            except PackageDamaged:
                body = None
            if body is not None:
                return body.children
        raise NotTaken("stimulus_missing", "Không có phần dẫn dùng chung.", "The shared stimulus is missing.")

    def _picture(self, base: str, source: str) -> str | None:
        path = resolved(base, source)
        if self._archive is None or path is None or path not in self._archive:
            return None
        if path not in self._known:
            self._known[path] = self._recognised(path, self._archive.read(path))
        return self._known[path]

    def _recognised(self, path: str, content: bytes) -> str | None:
        found = measured(content)
        if found is None:
            return None
        content_type, *size = found
        file_id = ids.derived(self._scope, "packed picture", hashlib.sha256(content).hexdigest())
        self.reading.pictures[file_id] = PackedPicture(posixpath.basename(path)[:200], content_type, content)
        self._sizes[file_id] = (size[0], size[1])
        return file_id


def measured(content: bytes) -> tuple[str, int, int] | None:
    """A picture's type and its size in pixels; ``None``: it is none of those that may be uploaded."""
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 10:
        width, height = struct.unpack_from("<HH", content, 6)
        return ("image/gif", width, height) if width and height else None
    try:
        picture = pictures.recognise(content)
    except pictures.NoPicture:
        return None
    return picture.content_type, picture.width, picture.height


def _require_readable(root: Node) -> None:
    if root.name == "questestinterop":
        vi = "QTI 1.2 không được hỗ trợ; hãy xuất ở QTI 2.1, 2.2 hoặc 3.0."
        raise NotTaken("qti_1_2", vi, "QTI 1.2 is not read; export as QTI 2.1, 2.2 or 3.0.")
    if root.name != "assessment-item":
        raise NotTaken("no_item", "Tệp không phải câu hỏi QTI.", "The file is no QTI item.")
    if root.first("template-declaration") or root.first("template-processing"):
        vi, en = "Câu hỏi theo khuôn mẫu sinh số không được hỗ trợ.", "Templates that make up values are not read."
        raise NotTaken("template", vi, en)
    if root.get("adaptive") == "true":
        vi, en = "Câu hỏi nhiều bước (adaptive) không được hỗ trợ.", "Adaptive items are not read."
        raise NotTaken("adaptive", vi, en)


def _facts(item: Item) -> Json:
    nodes = item.interactions()
    facts: Json = {"points": item.scoring.points()}
    if nodes[0].name in INLINE:
        return {**facts, **qti_typing.inline(item, nodes)}
    reader = _READERS.get(nodes[0].name)
    if reader is None:
        vi, en = f"Dạng câu hỏi “{nodes[0].name}” không được hỗ trợ.", f"The kind “{nodes[0].name}” is not read."
        raise NotTaken("kind_not_read", vi, en)
    made = reader(item, nodes[0])
    if "prompt" not in made:
        made["prompt"], made["stimulus"] = item.around(nodes[0])
    return {**facts, **made}
