"""Archives that come from outside: read within bounds, whatever their directory says of their parts."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Final
from urllib.parse import unquote

from chalicelib.banks.packages.findings import MAX_ITEMS
from chalicelib.banks.packages.refusals import PackageDamaged, PackageTooLarge
from chalicelib.sheet_extent import DAMAGES

MB: Final = 1_000_000
MOST_INFLATED = 100 * MB  # of all parts together
MOST_OF_A_PART = 10 * MB  # as large as a picture may be that is uploaded
MOST_PARTS = 12_000


class Archive:
    """The parts of an archive by their paths. Nothing is unpacked to disk, so a path can lead nowhere outside; still
    only clean ones are answered.

    Raises: PackageDamaged, PackageTooLarge.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            infos = self._zip.infolist()
        except DAMAGES as error:
            raise PackageDamaged(part="zip") from error
        if len(infos) > MOST_PARTS:
            raise too_large()
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            path = clean_path(info.filename)
            if path is None or path in self._parts or info.flag_bits & 0x1:
                raise PackageDamaged(part=info.filename[:100])
            if not info.is_dir():
                self._parts[path] = info
        self._inflated = 0

    @property
    def paths(self) -> list[str]:
        """The paths of all parts."""
        return list(self._parts)

    def __contains__(self, path: object) -> bool:
        return path in self._parts

    def read(self, path: str) -> bytes:
        """One part. Raises: KeyError, PackageDamaged, PackageTooLarge."""
        info = self._parts[path]
        try:
            with self._zip.open(info) as part:
                content = part.read(MOST_OF_A_PART + 1)
        except DAMAGES as error:
            raise PackageDamaged(part=path[:100]) from error
        self._inflated += len(content)
        if len(content) > MOST_OF_A_PART or self._inflated > MOST_INFLATED:
            raise too_large()
        return content


def too_large() -> PackageTooLarge:
    """What is said of a package that holds more than is read at once."""
    return PackageTooLarge(items=MAX_ITEMS, megabytes=MOST_INFLATED // MB)


def clean_path(path: str) -> str | None:
    """A part's path in the one form in which parts are known; ``None``: it leads out of the package or to no part."""
    plain = posixpath.normpath(path.replace("\\", "/"))
    if plain.startswith(("/", "../")) or plain in ("..", ".") or ":" in plain.split("/")[0] or "\0" in plain:
        return None
    return plain


def resolved(base: str, reference: str) -> str | None:
    """The path of what a part at ``base`` refers to; ``None`` for addresses on the web and what leads out."""
    bare = unquote(reference.split("#")[0].split("?")[0])
    if not bare or "://" in reference or reference.startswith(("//", "data:")):
        return None
    return clean_path(bare[1:] if bare.startswith("/") else posixpath.join(posixpath.dirname(base), bare))
