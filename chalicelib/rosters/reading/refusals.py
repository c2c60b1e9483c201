"""Why a file is not read at all."""

from __future__ import annotations

from chalicelib.errors import Refusal


class ListUnreadable(Refusal):
    """The file is no list that can be read; which of the ways, its subclasses say."""

    status = 422
    code = "list_unreadable"
    vi = "Không đọc được danh sách này. Hãy lưu lại thành .xlsx hoặc .csv rồi tải lên lần nữa."
    en = "This list cannot be read. Save it as .xlsx or .csv and upload it again."


class ListEmpty(ListUnreadable):
    """There is nothing in it."""

    code = "list_empty"
    vi = "Danh sách không có dòng nào. Hãy kiểm tra lại tệp hoặc trang tính."
    en = "The list has no rows. Check the file, or its sheets."


class ListOfAnotherFormat(ListUnreadable):
    """A workbook of before 2007, one with a password, a PDF, a web page, an archive."""

    code = "list_format"
    vi = "Chỉ đọc được .xlsx, .csv, .tsv, .txt, không có mật khẩu. Hãy mở tệp và lưu lại thành .xlsx."
    en = "Only .xlsx, .csv, .tsv and .txt without a password can be read. Open the file and save it as .xlsx."


class WorkbookDamaged(ListUnreadable):
    """A workbook that no reader of workbooks understands, or that was made to harm one."""

    code = "list_damaged"
    vi = "Tệp Excel bị hỏng. Hãy mở bằng Excel, lưu thành tệp mới rồi tải lên lần nữa."
    en = "The workbook is damaged. Open it in Excel, save it as a new file and upload it again."


class ListTooLarge(ListUnreadable):
    """More rows, columns or text than is read; ``cell`` is the last one."""

    status = 413
    code = "list_too_large"
    vi = "Danh sách quá lớn: ô cuối là {cell}. Hãy xoá các ô thừa ở xa hoặc chia danh sách thành nhiều tệp."
    en = "The list is too large: its last cell is {cell}. Delete stray cells far off, or split the list into several."


class HeaderRowMissing(ListUnreadable):
    """The row that is told to have the headings is beyond the end of the list."""

    code = "header_row_missing"
    vi = "Danh sách không có dòng {row}. Hãy chọn lại dòng tiêu đề."
    en = "The list has no row {row}. Choose the row of headings again."
