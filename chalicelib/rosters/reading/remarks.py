"""What may be wrong with a row, in words: what it is, what becomes of the row, how to mend the list."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic_core import PydanticCustomError

from chalicelib.rosters.reading.rows import Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem without its place: a stable code, and sentences that may have facts to be filled in."""

    code: str
    vi: str
    en: str
    mend_vi: str = "Sửa ô này rồi tải lại; lần này giá trị bị bỏ qua, các ô khác của dòng vẫn được nhận."
    mend_en: str = "Mend the cell and upload again; for now the value is left out, the row's other cells are taken."
    severity: Severity = "warning"

    def about(self, **facts: object) -> Remark:
        """The same with its facts filled in."""
        return replace(self, vi=self.vi.format(**facts), en=self.en.format(**facts))

    def fatal(self) -> Remark:
        """The same where the row cannot do without the value."""
        return replace(self, severity="error", mend_vi=_MEND_ROW[0], mend_en=_MEND_ROW[1])

    @classmethod
    def of(cls, error: PydanticCustomError) -> Remark:
        """What a rule of profiles or identifiers says."""
        said = error.context or {}
        return cls(error.type, str(said.get("vi", "")), str(said.get("en", "")))


def _error(code: str, vi: str, en: str, mend: tuple[str, str]) -> Remark:
    return Remark(code, vi, en, *mend, severity="error")


_MEND_ROW = (
    "Sửa ô này rồi tải lại; lần này cả dòng bị bỏ qua.",
    "Mend the cell and upload again; for now the whole row is left out.",
)
_LOOK = ("Kiểm tra lại; nếu đúng thì không cần làm gì.", "Check it; if it is right, nothing needs to be done.")
_KEEP_ONE = (
    "Giữ một dòng cho mỗi người; lần này dòng sau bị bỏ qua.",
    "Keep one row for each person; for now the later row is left out.",
)

FORMULA = Remark(
    "formula",
    "Ô này là công thức chứ không phải thông tin. Công thức không bao giờ được thực hiện.",
    "The cell holds a formula, not information. Formulas are never carried out.",
)
COMPUTED = Remark(
    "formula_value",
    "Ô này là công thức; đã lấy giá trị mà Excel tính sẵn.",
    "The cell is a formula; what Excel had computed is taken.",
    *_LOOK,
)
MARKUP = Remark(
    "markup",
    "Ô này chứa mã hoặc dấu < >, không phải thông tin về một người.",
    "The cell holds markup or the signs < >, not information about a person.",
)
EXCEL_ERROR = Remark(
    "excel_error",
    "Ô này là lỗi của Excel (#N/A, #REF!…).",
    "The cell is an error of Excel (#N/A, #REF! …).",
)
LETTERS_LOST = Remark(
    "letters_lost",
    "Ô này đã mất chữ có dấu (dấu ? hoặc �) khi được lưu ở bảng mã khác.",
    "Accented letters were lost in this cell (? or �) when it was saved in another encoding.",
    "Lưu lại danh sách từ tệp gốc thành .xlsx hoặc CSV UTF-8; giá trị này bị bỏ qua.",
    "Save the list again from the original as .xlsx or CSV UTF-8; this value is left out.",
)
DAMAGED = Remark(
    "line_damaged",
    "Dòng này có dấu ngoặc kép không đóng; đã đọc mà bỏ dấu đó.",
    "A quotation mark on this line is never closed; the line was read without it.",
    *_LOOK,
)
NAME_MISSING = _error(
    "name_missing",
    "Dòng này không có họ tên.",
    "This row has no name.",
    ("Điền họ tên rồi tải lại; lần này dòng bị bỏ qua.", "Fill in the name and upload again; for now it is left out."),
)
NAME_LONG = Remark("name_too_long", "Họ tên dài quá 100 ký tự.", "The name has more than 100 characters.")
IDENTIFIER_MISSING = _error(
    "identifier_missing",
    "Dòng này không có mã cán bộ, số định danh, email hay số điện thoại dùng được, nên không biết là ai.",
    "This row has no staff code, identity number, e-mail address or phone number that can be used to tell who it is.",
    (
        "Điền đúng ít nhất một trong các ô đó rồi tải lại; lần này dòng bị bỏ qua.",
        "Fill in at least one of them and upload again; for now the row is left out.",
    ),
)
REPEATED = _error("row_repeated", "Dòng này lặp lại dòng {row}.", "This row says the same as row {row}.", _KEEP_ONE)
IDENTIFIER_REPEATED = _error(
    "identifier_repeated",
    "Cùng {what} với dòng {row}, nhưng thông tin khác nhau.",
    "Row {row} has the same {what_en} and says something else.",
    _KEEP_ONE,
)
IDENTIFIER_SHARED = Remark(
    "identifier_shared",
    "Dòng {row} đã có {what} này; một {what} chỉ thuộc về một người.",
    "Row {row} has this {what_en} already; it can belong to one person only.",
)
PERSON_INVALID = Remark(
    "person_invalid",
    "Mã tài khoản không đúng dạng; hãy để nguyên như trong danh sách đã tải về.",
    "This is no account id; leave it as it stood in the list that was downloaded.",
)
NUMBER_ROUNDED = Remark(
    "number_rounded",
    "Excel đã đổi số này thành dạng 1,23E+10 và làm mất chữ số.",
    "Excel has turned this number into the form 1.23E+10 and lost digits of it.",
    "Đặt cột này là Văn bản (Text) trong Excel, nhập lại số rồi tải lại; lần này giá trị bị bỏ qua.",
    "Format the column as Text in Excel, type the number again and upload; for now the value is left out.",
)
PHONE_SEVERAL = Remark(
    "phone_several",
    "Ô này có nhiều số điện thoại; đã lấy số đầu tiên.",
    "The cell holds several phone numbers; the first is taken.",
    *_LOOK,
)
NATIONAL_ID_RESTORED = Remark(
    "national_id_restored",
    "Excel đã làm mất số 0 ở đầu; đã thêm lại vì mã tỉnh, giới tính và năm sinh trong số khớp với ngày sinh.",
    "Excel had eaten the 0 in front; it is put back, as province, sex and year of birth within the number prove it.",
    *_LOOK,
)
NATIONAL_ID_SHORT = Remark(
    "national_id_short",
    "Số định danh chỉ có {count} chữ số. Có thể Excel làm mất số 0 ở đầu, nhưng không đủ căn cứ để thêm lại.",
    "The identity number has {count} digits only. Excel may have eaten a 0 in front, but nothing proves it.",
    "Đặt cột này là Văn bản (Text), nhập đủ 12 chữ số rồi tải lại; lần này giá trị bị bỏ qua.",
    "Format the column as Text, type all 12 digits and upload again; for now the value is left out.",
)
NATIONAL_ID_STRUCTURE = Remark(
    "national_id_structure",
    "12 chữ số này không thể là số định danh: không có mã tỉnh hoặc thế kỷ như vậy.",
    "These 12 digits cannot be an identity number: there is no such code of a province, or century.",
)
NATIONAL_ID_BIRTH = Remark(
    "national_id_birth",
    "Năm sinh trong số định danh ({year}) khác với ngày sinh ở dòng này.",
    "The year of birth in the identity number ({year}) is another than this row's.",
    "Kiểm tra ô nào đúng; cả hai đều được nhận như đã ghi.",
    "Check which of them is right; both are taken as they stand.",
)
BIRTH_UNREADABLE = Remark(
    "birth_unreadable",
    "Không đọc được ngày sinh. Dạng đúng: 03/07/1996, 1996-07-03 hoặc 1996.",
    "The date of birth cannot be read. Right are: 03/07/1996 (day first), 1996-07-03 or 1996.",
)
BIRTH_MONTH_FIRST = Remark(
    "birth_month_first",
    "Ngày sinh ghi tháng trước ngày sau; đã đọc là {date}. Các dòng khác của cột có thể bị đọc nhầm ngày với tháng.",
    "The date of birth has the month first; it was read as {date}. Other rows of the column may be read the wrong way.",
    "Ghi ngày/tháng/năm cho cả cột rồi tải lại.",
    "Write day/month/year in the whole column and upload again.",
)
BIRTH_CENTURY = Remark(
    "birth_century",
    "Năm sinh chỉ có hai chữ số; đã đọc là {year}.",
    "The year of birth has two digits; it was read as {year}.",
    *_LOOK,
)
GENDER_UNKNOWN = Remark(
    "gender_unknown",
    "Không hiểu giới tính. Hãy ghi Nam, Nữ hoặc Khác.",
    "The gender is not understood. Write Nam (male), Nữ (female) or Khác (other).",
)
OCCUPATION_UNKNOWN = Remark(
    "occupation_unknown",
    "Không có nghề nghiệp này trong danh mục. Các giá trị: {there}.",
    "There is no such occupation. There are: {there}.",
)
PROVINCE_MERGED = Remark(
    "province_merged",
    "{old} không còn từ 01/7/2025, nay thuộc {now}.",
    "{old} has not existed since 2025-07-01; it is part of {now} now.",
    "Tỉnh được ghi nhận theo tên mới; tên đơn vị được giữ như trong danh sách, nên hãy sửa nếu đơn vị đã đổi tên.",
    "A province is taken under its new name; the name of a unit stays as it is, so mend it if the unit was renamed.",
)
_KEPT_AS_WRITTEN = (
    "Đã giữ nguyên như trong danh sách. Nếu đây là tên trước 01/7/2025, hãy ghi tên hiện nay rồi tải lại.",
    "It is kept as it stands. If the name is of before 2025-07-01, write the one of now and upload again.",
)
WARD_UNKNOWN = Remark(
    "ward_unknown",
    "Không có xã, phường, đặc khu nào của {where} có tên này.",
    "No commune or ward of {where} is called so.",
    *_KEPT_AS_WRITTEN,
)
WARD_WITHOUT_PROVINCE = Remark(
    "ward_without_province",
    "Dòng này không ghi tỉnh, thành phố, nên chưa rõ là xã, phường nào.",
    "The row has no province, so it is not clear which commune or ward this is.",
    "Đã giữ nguyên như trong danh sách, trừ khi đã biết tỉnh của người này. Hãy thêm cột tỉnh, thành phố nếu cần.",
    "It is kept as it stands unless the person's province is known. Add a column of provinces if it matters.",
)
WARD_READ_AS = Remark(
    "ward_read_as",
    "Tên không có dấu; đã hiểu là {name}.",
    "The name has no diacritics; it was read as {name}.",
    *_LOOK,
)
TOO_MANY = _error(
    "too_many_rows",
    "Danh sách có quá {most} dòng; từ dòng này trở đi không đọc.",
    "The list has more than {most} rows; it is not read from this row on.",
    ("Chia danh sách thành nhiều tệp.", "Split the list into several files."),
)
NO_NAME_COLUMN = _error(
    "name_column_missing",
    "Không tìm thấy cột họ tên.",
    "No column of names was found.",
    ("Chỉ ra cột họ tên, hoặc đặt tiêu đề “Họ và tên”.", "Say which column it is, or head it “Full name”."),
)
NO_IDENTIFIER_COLUMN = _error(
    "identifier_column_missing",
    "Không tìm thấy cột mã cán bộ, số định danh, email hay số điện thoại.",
    "No column of staff codes, identity numbers, e-mail addresses or phone numbers was found.",
    ("Chỉ ra ít nhất một cột như vậy, hoặc đặt tiêu đề cho cột.", "Say which column it is, or give it a heading."),
)
COLUMN_UNKNOWN = Remark(
    "column_unknown",
    "Không hiểu cột này, nên bỏ qua cả cột.",
    "This column is not understood and is left aside.",
    "Chỉ ra ý nghĩa của cột nếu cần dùng đến.",
    "Say what the column means if it is needed.",
)
ENCODING_UNSURE = Remark(
    "encoding_unsure",
    "Không chắc bảng mã của tệp; chữ có dấu có thể bị đọc sai.",
    "The encoding of the file is not certain; accented letters may be read wrongly.",
    "Xem thử vài dòng; nếu sai, lưu lại thành .xlsx hoặc CSV UTF-8.",
    "Look at some rows; if they are wrong, save the list as .xlsx or CSV UTF-8.",
)
