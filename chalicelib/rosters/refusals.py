"""Why something is not done with a list."""

from __future__ import annotations

from chalicelib.errors import Conflict


class RosterNotReady(Conflict):
    """It is not at the point where this can be done."""

    code = "roster_not_ready"
    vi = "Danh sách chưa ở bước này: nó phải được tải lên và kiểm tra xong trước, và chưa nạp hay huỷ."
    en = "The list is not at this point: it has to be uploaded and checked first, and neither committed nor called off."


class RosterUnusable(Conflict):
    """No row of it can be used, whatever is in it."""

    code = "roster_unusable"
    vi = "Không dòng nào của danh sách dùng được. Hãy xem các lỗi, chỉ ra ý nghĩa các cột hoặc tải lên tệp đã sửa."
    en = "No row of the list can be used. Look at its problems; say what its columns mean, or upload a mended file."


class RosterExpired(Conflict):
    """What was uploaded is kept for a week."""

    code = "roster_expired"
    vi = "Tệp danh sách đã được xoá sau một tuần. Hãy tải lên lại."
    en = "The file of the list was deleted after a week. Upload it again."


class RosterCommitted(Conflict):
    """What is done cannot be called off."""

    code = "roster_committed"
    vi = "Danh sách đã nạp xong nên không huỷ được."
    en = "The list is committed and cannot be called off."


class NotCommitted(Conflict):
    """Who is in a list is known once it is committed."""

    code = "roster_not_committed"
    vi = "Danh sách chưa được nạp xong. Hãy nạp danh sách trước."
    en = "The list is not committed yet. Commit it first."
