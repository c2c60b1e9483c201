"""Frameworks come in: as they are, or as a spreadsheet, first to be looked at."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence

from chalicelib import cells
from chalicelib.errors import Fault, InvalidInput, Language
from chalicelib.http.endpoint import Raw
from chalicelib.http.requests import Circumstances
from chalicelib.skills import reference, sheets
from chalicelib.skills.framework_models import FrameworkContent, FrameworkImport, FrameworkSheet, SheetFault
from chalicelib.skills.sheets import Found

_MOST_FAULTS = 100


def content(framework: FrameworkContent, circumstances: Circumstances, *, dry_run: bool) -> FrameworkImport:
    """A framework as it is sent: 2 calls, 3 when it is kept. Raises: InvalidInput, TooManyFrameworks,
    PreconditionFailed."""
    version = reference.keep(framework, circumstances, dry_run=dry_run)
    return FrameworkImport(kept=not dry_run, version=None if dry_run else version, faults=[], framework=framework)


def sheet(framework_id: str) -> Raw:
    """A framework as a CSV file: 0 calls when warm. Raises: NotFound."""
    known = reference.find(framework_id)
    name = {"content-disposition": f'attachment; filename="{framework_id}.csv"'}
    return Raw(sheets.written(known.content), cells.CSV, etag=known.etag, headers=name)


def from_sheet(framework_id: str, sent: FrameworkSheet, circumstances: Circumstances) -> FrameworkImport:
    """What a spreadsheet says: kept unless something is wrong with it or it is only looked at. Raises:
    TooManyFrameworks, PreconditionFailed."""
    read, found = _read(sent.content)
    if read and read.id != framework_id:
        vi, en = f"Mã khung phải là {framework_id}.", f"The framework's id must be {framework_id}."
        found = [(None, sheets.CODE, Fault("id", "other_id", vi, en))]
    if read and not found:
        try:
            return content(read, circumstances, dry_run=sent.dry_run)
        except InvalidInput as refused:
            found = [(None, None, fault) for fault in refused.faults]
    faults = [_shown(each, circumstances.language) for each in found[:_MOST_FAULTS]]
    return FrameworkImport(kept=False, version=None, faults=faults, framework=None)


def _read(sent: str) -> tuple[FrameworkContent | None, Sequence[Found]]:
    from chalicelib.banks.packages.refusals import PackageUnreadable

    try:
        return sheets.read(_table(base64.b64decode(sent, validate=True)))
    except (binascii.Error, PackageUnreadable):
        vi = "Không đọc được tệp. Hãy gửi bảng tính .xlsx hoặc CSV (UTF-8), mã hoá base64."
        en = "The file cannot be read. Send an .xlsx workbook or CSV (UTF-8), in base64."
        return None, [(None, None, Fault("content", "unreadable", vi, en))]


def _table(content: bytes) -> Iterable[list[str]]:
    """The rows of a workbook's first sheet, or of a text."""
    from chalicelib.banks.packages import reading
    from chalicelib.banks.packages import sheets as workbooks

    if content.startswith(b"PK"):
        return next(iter(workbooks.tables(content)), ())
    return workbooks.table(reading.decoded(content))


def _shown(found: Found, language: Language) -> SheetFault:
    row, column, fault = found
    return SheetFault(row=row, column=column, code=fault.code, message=fault.vi if language == "vi" else fault.en)
