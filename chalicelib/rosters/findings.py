"""What is to be said about a row once it is known whom it is about; what is wrong with the row itself, reading says."""

from __future__ import annotations

from chalicelib.rosters.reading.remarks import Remark

_LOOK = (
    "Mở hai tài khoản trong mục Người dùng để quyết định; dòng này được bỏ qua.",
    "Look at the accounts among the people and decide; this row is left out.",
)
_OVERWRITE = (
    "Muốn lấy theo danh sách, hãy chọn ghi đè khi nạp.",
    "To take what the list says, ask for it when the list is committed.",
)

SEVERAL_PEOPLE = Remark(
    "several_people",
    "Các mã của dòng này thuộc về những người khác nhau đã có tài khoản: {who}.",
    "The identifiers of this row belong to different people who have accounts: {who}.",
    *_LOOK,
    severity="error",
)
SOMEBODY_ELSE = Remark(
    "somebody_else",
    "{what} của dòng này là của {who}, người có mã cán bộ hoặc số định danh khác.",
    "The {what_en} of this row is that of {who}, who has another staff code or identity number.",
    "Sửa hoặc xoá ô này rồi tải lại, hoặc sửa tài khoản kia; dòng này được bỏ qua.",
    "Mend or empty the cell and upload again, or mend that account; this row is left out.",
    severity="error",
)
PERSON_REPEATED = Remark(
    "person_repeated",
    "Dòng này cũng là về người của dòng {row}, theo tài khoản đã có.",
    "This row is about the person of row {row} too, as the account shows.",
    "Giữ một dòng cho mỗi người; dòng này được bỏ qua.",
    "Keep one row for each person; this row is left out.",
    severity="error",
)
PERSON_UNKNOWN = Remark(
    "person_unknown",
    "Không có tài khoản mang mã này trong không gian; người được tìm theo các mã khác của dòng.",
    "There is no account of this id in the space; the row's other identifiers are looked for.",
    "Xoá ô này nếu danh sách đến từ nơi khác.",
    "Empty the cell if the list comes from elsewhere.",
)
NOBODY = Remark(
    "nobody",
    "Không có tài khoản mang mã này, và dòng không có mã nào khác để tạo tài khoản.",
    "There is no account of this id, and the row has no other identifier to make one by.",
    "Điền mã cán bộ, số định danh, email hoặc số điện thoại; dòng này được bỏ qua.",
    "Fill in a staff code, identity number, e-mail address or phone number; this row is left out.",
    severity="error",
)
EDITED_BY_HAND = Remark(
    "edited_by_hand",
    "Thông tin này đã được sửa tay nên được giữ nguyên.",
    "This was edited by hand and stays as it is.",
    *_OVERWRITE,
)
IDENTIFIER_KEPT = Remark(
    "identifier_kept",
    "Người này đang dùng {what} khác để đăng nhập; {what} đó được giữ nguyên.",
    "This person signs in with another {what_en}, which stays.",
    *_OVERWRITE,
)
COMES_IN_ANEW = Remark(
    "comes_in_anew",
    "Người này đã tự đăng ký mà chưa xác minh email, số điện thoại: khi nạp danh sách, mật khẩu cũ bị huỷ.",
    "This person registered without proving the address or number: committing the list ends the old password.",
    "Phát phiếu có mã kích hoạt, hoặc để người đó đăng nhập bằng mã một lần.",
    "Hand out a slip with the activation code, or let the person sign in by a one-time code.",
)
DEACTIVATED = Remark(
    "deactivated",
    "Tài khoản của người này đã bị ngừng; danh sách không mở lại tài khoản.",
    "This person's account is deactivated; a list does not open it again.",
    "Mở lại tài khoản trong mục Người dùng nếu cần.",
    "Reactivate the account among the people if that is meant.",
)
SPACE_FULL = Remark(
    "no_place_left",
    "Không gian đã đủ {quota} học viên theo hạn mức, nên không tạo thêm tài khoản.",
    "The space has the {quota} learners that its quota allows, so no account is made.",
    "Xin tăng hạn mức rồi tải lại danh sách; các dòng đã nạp sẽ không bị lặp.",
    "Ask for a larger quota and upload the list again; rows that are in already are not repeated.",
    severity="error",
)
ANOTHER_NAME = Remark(
    "another_name",
    "{what} của dòng này là của {who}, người có họ tên khác.",
    "The {what_en} of this row is that of {who}, who has another name.",
    "Điền mã cán bộ hoặc số định danh để biết đúng là ai, hoặc sửa ô này; dòng này được bỏ qua.",
    "Fill in a staff code or identity number to tell who it is, or mend the cell; this row is left out.",
    severity="error",
)
