"""Reads a package of whatever format it is: its content tells."""

from __future__ import annotations

from chalicelib.banks.packages import gift, qti, sheets
from chalicelib.banks.packages.archive import Archive
from chalicelib.banks.packages.findings import Reading
from chalicelib.banks.packages.refusals import PackageNotInUtf8

WORKBOOK = "xl/workbook.xml"


def read(content: bytes, scope: str) -> Reading:
    """All questions of a package. Pictures get ids that follow from ``scope`` and from their content.

    Raises: PackageOfAnotherFormat, PackageDamaged, PackageNotInUtf8, PackageTooLarge, PackageEmpty.
    """
    if content.startswith(b"PK"):
        return sheets.read_workbook(content) if WORKBOOK in Archive(content) else qti.read_package(content, scope)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return qti.read_item(content)
    text = decoded(content)
    return sheets.read_csv(text) if sheets.has_headings(text) else gift.read(text)


def decoded(content: bytes) -> str:
    """A text file's text, in UTF-8 or UTF-16. Raises: PackageNotInUtf8."""
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageNotInUtf8 from error
