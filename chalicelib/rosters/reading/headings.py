"""What columns mean: by their headings, Vietnamese or English, with diacritics or without, and failing that by what
stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from chalicelib import vietnamese
from chalicelib.rosters.reading.rows import Column, Field, GuessedBy

# The first of each line is what our own lists have as the heading.
_SYNONYMS: dict[Field, str] = {
    "person": "Mã tài khoản|account id|person id",
    "name": "Họ và tên|họ tên|tên đầy đủ|họ tên đầy đủ|họ và tên đầy đủ|họ và tên học viên|họ tên học viên"
    "|tên học viên|họ và tên cán bộ|họ tên cán bộ|tên cán bộ|họ và tên cbccvc|họ tên cbccvc"
    "|họ và tên nhân viên|tên nhân viên|họ và tên khai sinh|họ chữ đệm và tên|họ tên khai sinh"
    "|họ và tên người học|họ và tên người dùng|tên người dùng|full name|fullname|name|student name"
    "|employee name|staff name|learner name|display name",
    "family_name": "Họ và tên đệm|họ|họ đệm|họ và đệm|họ lót|họ và tên lót|họ tên đệm|họ và chữ đệm|last name|lastname"
    "|surname|family name",
    "given_name": "Tên|tên gọi|first name|firstname|given name",
    "staff_code": "Mã cán bộ|mã|mã cb|mã số|mã nv|mã nhân viên|mã số cán bộ|mã học viên|mã hv|mã cbccvc|mã cc vc"
    "|mã số cbccvc|mã công chức|mã viên chức|số hiệu công chức|số hiệu viên chức|số hiệu cbccvc"
    "|số hiệu cán bộ|số hiệu|mã sinh viên|mã sv|mã giáo viên|mã gv|mã số nhân viên|msnv|mã số học viên"
    "|mã số sinh viên|mssv|mã nội bộ|staff code|staff id|staff no|employee id|employee code|employee no"
    "|employee number|code|student id|student code",
    "national_id": "Số CCCD|cccd|căn cước|số căn cước|thẻ căn cước|số thẻ căn cước|căn cước công dân"
    "|số căn cước công dân|thẻ căn cước công dân|số thẻ căn cước công dân|số định danh"
    "|số định danh cá nhân|mã định danh|mã định danh cá nhân|mã số định danh|định danh cá nhân"
    "|mã định danh công dân|cmnd|số cmnd|cmt|số cmt|cmtnd|cmnd cccd|số cmnd cccd|cccd cmnd|số cccd cmnd"
    "|cccd cc|chứng minh nhân dân|số chứng minh nhân dân|giấy tờ tùy thân|số giấy tờ tùy thân"
    "|identity number|id number|national id|citizen id|id card|id card number|id card no|personal id"
    "|identity card|national identity number|identification number",
    "email": "Email|e mail|thư điện tử|địa chỉ email|địa chỉ e mail|địa chỉ thư điện tử|hộp thư|hộp thư điện tử"
    "|hòm thư|hòm thư điện tử|email công vụ|thư công vụ|email công việc|email liên hệ|mail"
    "|email address|e mail address|work email",
    "phone": "Số điện thoại|sđt|sdt|đt|số đt|điện thoại|điện thoại di động|số điện thoại di động|di động"
    "|số di động|đtdđ|số đtdđ|đt di động|số đt di động|điện thoại liên hệ|số điện thoại liên hệ"
    "|sđt liên hệ|phone|phone number|phone no|mobile|mobile phone|mobile number|telephone"
    "|telephone number|tel|cell phone|cellphone",
    "birth": "Ngày sinh|năm sinh|ngày tháng năm sinh|ngày tháng sinh|ngày tháng năm|sinh ngày|ngày năm sinh|ntns"
    "|ngày sinh năm sinh|ngày tháng năm sinh dương lịch|date of birth|dob|birth date|birthdate|birthday"
    "|year of birth|birth year|born",
    "gender": "Giới tính|giới|phái|nam nữ|giới tính nam nữ|gender|sex",
    "unit": "Đơn vị|đơn vị cấp trên|đơn vị chủ quản|cơ quan chủ quản|cấp trên|đơn vị trực thuộc|đơn vị con"
    "|đơn vị cấp dưới|tên đơn vị|đơn vị công tác|cơ quan|tên cơ quan|cơ quan đơn vị|cơ quan công tác"
    "|nơi công tác|nơi làm việc|cơ quan đơn vị công tác|đơn vị công tác hiện nay"
    "|cơ quan công tác hiện nay|đơn vị cấp 1|đơn vị cấp 2|đơn vị cấp 3|phòng ban|phòng|bộ phận|tổ|khoa"
    "|khoa phòng|phòng khoa|phòng ban đơn vị|phòng ban trực thuộc|trường|tổ chức|department|unit"
    "|organisation|organization|office|agency|division|sub unit|subunit|parent unit|workplace"
    "|parent organisation|parent organization|team",
    "position": "Chức vụ|chức danh|chức vụ chức danh|chức danh chức vụ|vị trí|vị trí việc làm|vị trí công tác"
    "|chức vụ công tác|chức danh nghề nghiệp|position|title|job title",
    "province": "Tỉnh, thành phố|tỉnh|tỉnh thành|thành phố|tỉnh tp|tp|tỉnh thành phố thường trú|province|city"
    "|province city|city province",
    "ward": "Xã, phường, đặc khu|xã|phường|xã phường|phường xã|xã phường thị trấn|phường xã thị trấn"
    "|xã phường đặc khu|ward|commune|ward commune",
    "occupation": "Nghề nghiệp|nghề|đối tượng|nhóm đối tượng|nhóm nghề nghiệp|occupation|job|profession",
}
HEADING: dict[Field, str] = {field: names.split("|")[0] for field, names in _SYNONYMS.items()}
# Columns that lists have for those who read them. The last is our own, in lists with remarks.
REMARKS = "Nhận xét của hệ thống"
_IGNORED = f"stt|tt|số tt|số thứ tự|no|number|order|ghi chú|note|notes|remark|remarks|ký nhận|ký tên|chữ ký|{REMARKS}"
# How deep a unit stands under others, where the heading tells; else 1.
_DEPTHS = (
    "đơn vị cấp trên|đơn vị chủ quản|cơ quan chủ quản|cấp trên|parent unit|parent organisation|parent organization",
    "đơn vị cấp 1",
    "đơn vị trực thuộc|đơn vị con|đơn vị cấp dưới|đơn vị cấp 2|phòng ban trực thuộc|phòng ban|phòng|bộ phận|khoa"
    "|khoa phòng|phòng khoa|department|division|sub unit|subunit|team",
    "đơn vị cấp 3|tổ",
)
_SEXES = {"nam": "male", "nu": "female"}
_OTHER = re.compile(r"[\W_]+")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|\*")
_HEADING_LENGTH = 80  # what is longer is a sentence


def bare(heading: str) -> str:
    """A heading as the table of synonyms has it: "Số CCCD (*)" and "so_cccd" give "so cccd"."""
    return _OTHER.sub(" ", vietnamese.fold(_ASIDE.sub(" ", heading))).strip()


def _table() -> dict[str, Field | None]:
    known: dict[str, Field | None] = {bare(name): None for name in _IGNORED.split("|")}
    known |= {bare(name): field for field, names in _SYNONYMS.items() for name in (field, *names.split("|"))}
    joined = {name.replace(" ", ""): field for name, field in known.items()}
    return {each: field for each, field in joined.items() if len(each) > 3} | known


_KNOWN = _table()
_DEPTH = {bare(name): depth for depth, names in enumerate(_DEPTHS) for name in names.split("|")}


@lru_cache(maxsize=4096)
def meaning(heading: str) -> Field | None:
    """The field that a heading names, if it names one."""
    return _KNOWN.get(bare(heading)) if len(heading) <= _HEADING_LENGTH else None


def is_ignored(heading: str) -> bool:
    """Whether a heading names what lists have besides people: numbers of rows, remarks, signatures."""
    return _KNOWN.get(bare(heading), "name") is None


def recognised(cells: Sequence[str]) -> set[Field]:
    """The fields that a row names if it is the row of headings."""
    named = {field for each in cells if each and (field := meaning(each))}
    return named | {"birth", "gender"} if _by_sex(cells) else named


@lru_cache(maxsize=4096)
def sex(heading: str) -> str | None:
    """Whose dates of birth stand in a column: many lists have one for men and one for women."""
    return _SEXES.get(bare(heading)) if len(heading) <= _HEADING_LENGTH else None


def _by_sex(cells: Sequence[str]) -> bool:
    return {sex(each) for each in cells if each} >= set(_SEXES.values())


def depth(heading: str) -> int:
    """How deep the unit in a column stands, as its heading tells: 0 above all others."""
    return _DEPTH.get(bare(heading), 1)


def understood(
    cells: Sequence[str], guessed: Mapping[int, Field], told: Mapping[int, Field | None] | None
) -> tuple[Column, ...]:
    """The columns under these headings: what is told counts most, then the heading, then ``guessed`` from what stands
    below. Of two columns for one field the first told, or else the first, has it; units may have several."""
    told, taken = told or {}, set((told or {}).values())
    by_sex = _by_sex(cells)
    guessed = {index: field for index, field in guessed.items() if field not in recognised(cells)}
    columns = []
    for index, heading in enumerate(cells):
        field, by = _of_column(index, heading, guessed, told)
        if by_sex and by == "heading" and sex(heading):
            field = "birth"
        elif by != "mapping" and field != "unit":
            field = None if field in taken else field
            taken.add(field)
        columns.append(Column(index, heading, field, by if field or by == "mapping" else "nothing"))
    return _named_whole(columns)


def _of_column(
    index: int, heading: str, guessed: Mapping[int, Field], told: Mapping[int, Field | None]
) -> tuple[Field | None, GuessedBy]:
    if index in told:
        return told[index], "mapping"
    if heading.strip():  # "Superior's e-mail" is not the person's: what a heading says is not guessed over
        return meaning(heading), "heading"
    return guessed.get(index), "content"


def _named_whole(columns: list[Column]) -> tuple[Column, ...]:
    """ "Tên" is the given name beside a column of family names, and the whole name without one."""
    fields = {column.field for column in columns}
    if "given_name" not in fields or fields & {"name", "family_name"}:
        return tuple(columns)
    return tuple(
        Column(each.index, each.heading, "name", each.guessed_by) if each.field == "given_name" else each
        for each in columns
    )
