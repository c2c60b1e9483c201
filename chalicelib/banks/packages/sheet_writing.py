"""Writes the spreadsheet of questions: a bank's, or the template with an example of each kind and how to fill it in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from chalicelib.banks.packages import sheet_columns as columns
from chalicelib.banks.packages.findings import Finding, Remark, Taken
from chalicelib.banks.packages.qti_items import GAP
from chalicelib.cells import FORMULAS, harmless
from chalicelib.questions.arranging import Matching, Ordering
from chalicelib.questions.choosing import ChoiceQuestion, TrueFalse
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.writing import FillIn, Gap, Numeric, ShortAnswer

_INSTRUCTIONS = (
    ("Cách điền bảng câu hỏi", ""),
    ("Mỗi dòng là một câu hỏi", "Không đổi tên các cột; có thể bỏ trống hoặc xoá cột không dùng."),
    (columns.KIND, ", ".join(columns.KINDS.values())),
    ("Một lựa chọn, Nhiều lựa chọn", "Ghi các lựa chọn vào cột A, B, C…; Đáp án đúng là chữ: A hoặc A, C."),
    ("Đúng/Sai", "Câu hỏi là một khẳng định; Đáp án đúng: Đúng hoặc Sai. Phản hồi A cho Đúng, B cho Sai."),
    ("Ghép cặp", "Mỗi cột lựa chọn là một cặp: mục => nội dung ghép. Nội dung gây nhiễu: => nội dung."),
    ("Sắp xếp", "Ghi các bước vào cột A, B, C… theo đúng thứ tự."),
    ("Số", "Đáp án đúng là số, ví dụ 3,14; Sai số là 0,01 hoặc 5%."),
    ("Trả lời ngắn", "Các cách viết được chấp nhận, cách nhau bằng dấu |."),
    ("Điền chỗ trống", "Văn bản có ô trống: Mật khẩu có [[12|mười hai]] ký tự, nên [[*khoá|mở]] máy. Dấu * là đáp án."),
    ("Có/không", "Tính điểm từng phần, Xáo trộn, Bỏ qua dấu: ghi Có, hoặc để trống."),
    ("Năng lực, Nhãn", "Nhiều giá trị cách nhau bằng dấu |."),
    ("Ký tự đặc biệt", "Viết \\ trước | * [ ] = ; \\ khi chúng là chữ bình thường."),
)
_EXAMPLES: Sequence[dict[str, str]] = (
    {
        columns.KIND: "Một lựa chọn", columns.PROMPT: "Có nên đọc mã OTP cho người gọi điện không?",
        "Lựa chọn A": "Không", "Lựa chọn B": "Có", columns.RIGHT: "A", "Phản hồi A": "Đúng.",
        columns.DIFFICULTY: "1", columns.COMPETENCES: "4.2", columns.WORDS: "OTP",
    },
    {
        columns.KIND: "Nhiều lựa chọn", columns.PROMPT: "Dấu hiệu của tin nhắn lừa đảo?", "Lựa chọn A": "Giục làm ngay",
        "Lựa chọn B": "Có đường dẫn lạ", "Lựa chọn C": "Gọi đúng tên bạn", columns.RIGHT: "A, B", columns.PARTIAL: "Có",
    },
    {columns.KIND: "Đúng/Sai", columns.PROMPT: "Wi-Fi công cộng luôn an toàn.", columns.RIGHT: "Sai"},
    {
        columns.KIND: "Ghép cặp", columns.PROMPT: "Ghép từ viết tắt.", "Lựa chọn A": "Mã một lần => OTP",
        "Lựa chọn B": "Mã vuông => QR", "Lựa chọn C": "=> PIN",
    },
    {
        columns.KIND: "Sắp xếp", columns.PROMPT: "Mất điện thoại thì làm gì trước?", "Lựa chọn A": "Khoá SIM",
        "Lựa chọn B": "Báo ngân hàng", "Lựa chọn C": "Trình báo công an",
    },
    {columns.KIND: "Số", columns.PROMPT: "Số pi?", columns.RIGHT: "3,14", columns.TOLERANCE: "0,01"},
    {
        columns.KIND: "Trả lời ngắn", columns.PROMPT: "Cái gì không được cho ai biết?",
        columns.RIGHT: "mật khẩu | mật mã", columns.BARE: "Có",
    },
    {
        columns.KIND: "Điền chỗ trống", columns.PROMPT: "Điền vào chỗ trống.",
        columns.TEXT: "Mật khẩu có ít nhất [[12|mười hai]] ký tự; rời bàn thì [[*khoá|mở]] máy.",
    },
)  # fmt: skip
_FLAGS = ((columns.PARTIAL, "partial"), (columns.SHUFFLE, "shuffle"), (columns.BARE, "ignore_diacritics"))
Row = dict[str, str]


def write_workbook(file: BinaryIO, items: Iterable[Taken]) -> list[Finding]:
    """Write questions as a workbook; gives those that a row cannot hold, which are left out."""
    found: list[Finding] = []
    _workbook(file, _rows(items, found))
    return found


def write_csv(file: BinaryIO, items: Iterable[Taken]) -> list[Finding]:
    """Write questions as CSV (RFC 4180) in UTF-8; gives those that a row cannot hold, which are left out."""
    found: list[Finding] = []
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(columns.COLUMNS)
    rows.writerows([_harmless(row.get(name, "")) for name in columns.COLUMNS] for row in _rows(items, found))
    file.write(b"\xef\xbb\xbf" + text.getvalue().encode())
    return found


def _harmless(text: str) -> str:
    """The text as no formula; one that begins as if it had been made so gets an apostrophe more, to be told apart."""
    return f"'{text}" if text.startswith("'") and text.lstrip("'").startswith(FORMULAS) else harmless(text)


def write_template(file: BinaryIO) -> None:
    """Write the template: a row for each kind as an example, and a sheet that says how to fill it in."""
    _workbook(file, iter(_EXAMPLES))


def _workbook(file: BinaryIO, rows: Iterator[Row]) -> None:
    from xlsxwriter import Workbook  # only those who write one need it

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("Câu hỏi")
        bold = workbook.add_format({"bold": True, "bg_color": "#DCE6F1", "text_wrap": True})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, columns.COLUMNS, bold)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 50)
        sheet.set_column(2, len(columns.COLUMNS) - 1, 22)
        names = list(columns.KINDS.values())
        sheet.data_validation(1, 0, 5_000, 0, {"validate": "list", "source": names, "error_type": "warning"})
        for number, row in enumerate(rows, 1):
            for place, name in enumerate(columns.COLUMNS):
                if row.get(name):
                    sheet.write_string(number, place, row[name], wrapped)
        told = workbook.add_worksheet("Hướng dẫn")
        told.set_column(0, 0, 30)
        told.set_column(1, 1, 100)
        for number, (what, how) in enumerate(_INSTRUCTIONS):
            told.write_string(number, 0, what, bold)
            told.write_string(number, 1, how, wrapped)


def _rows(items: Iterable[Taken], found: list[Finding]) -> Iterator[Row]:
    for item in items:
        unsaid = _unsayable(item.question)
        if unsaid:
            found.append(Finding(item.place, unsaid.code, unsaid.vi, unsaid.en))
            continue
        yield _row(item)


def _unsayable(question: AnyQuestion) -> Remark | None:
    """Why a row cannot hold this."""
    if question.kind == "hot_spot":
        return Remark("kind_unsayable", "Bảng không có dạng câu hỏi này.", "Rows have no questions of this kind.")
    if question.stimulus is not None or any(True for _ in question.pictures()):
        return Remark("stimulus_unsayable", "Bảng không chứa phần dẫn và hình.", "Rows hold no stimulus, no pictures.")
    if isinstance(question, Matching) and len(question.pairs) + len(question.distractors) > len(columns.LETTERS):
        return Remark("too_many_parts", "Quá nhiều mục cho một dòng.", "Too many parts for one row.")
    return None


def _row(item: Taken) -> Row:
    question, tags = item.question, item.tags
    row = {columns.KIND: columns.KINDS[question.kind], columns.PROMPT: question.prompt}
    row |= {columns.EXPLANATION: question.explanation, columns.POINTS: str(question.points)}
    row |= {column: columns.YES for column, name in _FLAGS if getattr(question, name, False)}
    row |= {columns.DIFFICULTY: str(tags.difficulty or "")}
    row |= {columns.COMPETENCES: columns.joined(tags.competences), columns.WORDS: columns.joined(tags.words)}
    match question:
        case ChoiceQuestion():
            row |= dict(zip(columns.CHOICES, (each.text for each in question.choices), strict=False))
            row |= dict(zip(columns.FEEDBACK, (each.feedback for each in question.choices), strict=False))
            letters = zip(columns.LETTERS, question.choices, strict=False)
            right = ", ".join(letter for letter, choice in letters if choice.correct)
            while any(each.text == right for each in question.choices):
                right += ";"  # letters, not what a choice says
            row[columns.RIGHT] = right
        case TrueFalse():
            row[columns.RIGHT] = "Đúng" if question.right else "Sai"
            row |= dict(zip(columns.FEEDBACK, (question.feedback_true, question.feedback_false), strict=False))
        case Matching():
            pairs = [(pair.text, pair.match) for pair in question.pairs]
            pairs += [("", text) for text in question.distractors]
            cells = (f"{columns.escaped(one)} {columns.ARROW} {columns.escaped(other)}" for one, other in pairs)
            row |= dict(zip(columns.CHOICES, cells, strict=False))
        case Ordering():
            row |= dict(zip(columns.CHOICES, (step.text for step in question.items), strict=False))
        case Numeric():
            off = question.model_dump()["tolerance"]
            row[columns.RIGHT] = question.key()
            row[columns.TOLERANCE] = f"{off}%" if question.tolerance_in == "percent" else off
        case ShortAnswer():
            row[columns.RIGHT] = columns.joined(question.accepted)
        case FillIn():
            row[columns.TEXT] = _text(question)
    return row


def _text(question: FillIn) -> str:
    gaps = {gap.id: _gap(gap) for gap in question.gaps}
    pieces = GAP.split(question.text)
    return "".join(f"[[{gaps[piece]}]]" if place % 2 else columns.escaped(piece) for place, piece in enumerate(pieces))


def _gap(gap: Gap) -> str:
    if not gap.options:
        return columns.joined(gap.accepted)
    return " | ".join(("*" if each in gap.accepted else "") + columns.escaped(each) for each in gap.options)
