"""Why a whole package cannot be read."""

from __future__ import annotations

from chalicelib.errors import InvalidInput


class PackageUnreadable(InvalidInput):
    """The package as a whole cannot be read; nothing of it was taken."""

    code = "package_unreadable"
    vi = "Không đọc được gói câu hỏi này; chưa có câu nào được nhập."
    en = "This package cannot be read; nothing was imported."


class PackageOfAnotherFormat(PackageUnreadable):
    """It is none of the formats that are read."""

    code = "package_of_another_format"
    vi = (
        "Tệp không phải gói QTI 2.1, 2.2, 3.0 (.zip, .xml), GIFT (.txt) hay bảng câu hỏi theo mẫu còn nguyên hàng "
        "tiêu đề (.xlsx, .csv)."
    )
    en = (
        "This is no QTI 2.1, 2.2 or 3.0 package (.zip, .xml), no GIFT (.txt), no filled-in template with its headings "
        "(.xlsx, .csv)."
    )


class PackageDamaged(PackageUnreadable):
    """It begins as one of the formats and does not go on as one."""

    code = "package_damaged"
    vi = "Tệp bị hỏng hoặc có phần không được phép ({part}). Hãy xuất lại từ phần mềm nguồn rồi thử lại."
    en = "The file is damaged, or has a part that is not allowed ({part}). Export it again, then try once more."


class PackageNotInUtf8(PackageUnreadable):
    """A text in an older encoding: which letters it means cannot be told."""

    code = "package_not_in_utf8"
    vi = "Tệp văn bản phải lưu ở mã UTF-8 (trong Excel: Lưu thành → CSV UTF-8), nếu không sẽ sai dấu tiếng Việt."
    en = "A text file must be saved in UTF-8 (in Excel: Save as → CSV UTF-8), or its diacritics are lost."


class PackageTooLarge(PackageUnreadable):
    """It holds more than is read at once."""

    code = "package_too_large"
    vi = "Gói quá lớn: tối đa {items} câu hỏi và {megabytes} MB khi giải nén. Hãy chia thành nhiều gói."
    en = "The package is too large: at most {items} questions, and {megabytes} MB unpacked. Divide it."


class PackageEmpty(PackageUnreadable):
    """There is no question in it."""

    code = "package_empty"
    vi = "Không tìm thấy câu hỏi nào trong tệp này."
    en = "No question was found in this file."
