"""Lists whose headings nobody knows: which row has them, what stands in the columns, what an admin tells of both."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.rosters.lists import opened, sheet_of, workbook
from tests.rosters.loading import changes_of, checked, problems_of, roster_of
from tests.rosters.test_loading import AN, a_list, counts

TITLE = "UBND XÃ PHÚ MẬU;;;CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
STRANGE = (
    TITLE + "Thứ bậc;Quý danh;Hòm của bạn;Thẻ\n"
    "1;Nguyễn Văn An;an@hue.example;046090123456\n2;Trần Thị Bình;binh@hue.example;\n3;<b>;=1+1;12\n"
)


def mapping_of(space: OpenedSpace, roster: str) -> dict[str, Any]:
    """How a list was understood, and what stands in its columns."""
    found: dict[str, Any] = space.admin.get(space.at(f"/rosters/{roster}/mapping")).ok()
    return found


def mapped(aws: Cloud, space: OpenedSpace, roster: str, **told: Any) -> dict[str, Any]:
    """A list that was read anew, as it was told."""
    space.admin.put(space.at(f"/rosters/{roster}/mapping"), told).ok(202)
    aws.drain()
    return roster_of(space, roster)


def test_headings_that_nobody_knows_are_proposed_and_make_nobody(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, STRANGE.encode())
    assert (roster["understood"]["header_row"], roster["understood"]["header_by"]) == (2, "content")
    assert counts(roster) == {}
    assert [each["code"] for each in problems_of(space, roster["id"])][:2] == [
        "name_column_missing",
        "identifier_column_missing",
    ]
    columns = mapping_of(space, roster["id"])["columns"]
    assert [each["heading"] for each in columns] == ["Thứ bậc", "Quý danh", "Hòm của bạn", "Thẻ"]
    assert [each["field"] for each in columns] == [None] * 4
    assert columns[1]["samples"] == ["Nguyễn Văn An", "Trần Thị Bình", "‹b›"]
    assert columns[2]["samples"] == ["an@hue.example", "binh@hue.example", "'=1+1"]
    assert columns[3]["samples"] == ["•••••••••456", "12"]  # a number of a person, whatever the column is taken for
    told = mapped(aws, space, roster["id"], columns={"1": "name", "2": "email"})
    assert told["understood"]["header_row"] == 2
    assert [(each["row"], each["name"]) for each in changes_of(space, roster["id"], outcome="created")] == [
        (3, "Nguyễn Văn An"),
        (4, "Trần Thị Bình"),
    ]


def test_the_row_of_headings_is_told(aws: Cloud) -> None:
    space = factories.open_space()
    content = "Phòng;Ghi chú\nTên gọi nhà;Liên hệ\nAn;an@hue.example\nBình;binh@hue.example\n".encode()
    roster = checked(aws, space, content)
    assert (roster["understood"]["header_row"], roster["understood"]["header_by"]) == (1, "heading")
    told = mapped(aws, space, roster["id"], header_row=2, columns={"0": "name", "1": "email"})
    assert (told["understood"]["header_row"], told["understood"]["header_by"]) == (2, "mapping")
    assert [each["heading"] for each in told["understood"]["columns"]] == ["Tên gọi nhà", "Liên hệ"]
    assert counts(told) == {"created": 2}
    again = mapped(aws, space, roster["id"])  # what was told is forgotten
    assert (again["understood"]["header_row"], again["understood"]["header_by"]) == (1, "heading")


def test_that_there_are_no_headings_is_told(aws: Cloud) -> None:
    """A first person who looks like headings: the columns are called as a spreadsheet calls them."""
    space = factories.open_space()
    roster = checked(aws, space, "Y Moan;chưa có;x\nH'Hen;hhen@hue.example;\nY Garia;ygaria@hue.example;\n".encode())
    assert roster["understood"]["header_by"] == "content"
    told = mapped(aws, space, roster["id"], header_row=0, columns={"0": "name", "1": "email"})
    assert (told["understood"]["header_row"], told["understood"]["header_by"]) == (None, "mapping")
    assert [each["heading"] for each in told["understood"]["columns"]] == ["A", "B", "C"]
    assert counts(told) == {"created": 2, "refused": 1}
    said = problems_of(space, roster["id"])
    assert [(each["row"], each["heading"]) for each in said if each["column"] is not None] == [(1, "B")]


def test_a_row_that_is_not_there_has_no_headings(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, a_list(AN))
    failed = mapped(aws, space, roster["id"], header_row=900)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "header_row_missing")
    assert "900" in failed["error"]["vi"]
    assert mapped(aws, space, roster["id"], header_row=1)["state"] == "checked"
    space.admin.put(space.at(f"/rosters/{roster['id']}/mapping"), {"header_row": 1_001}).refused(422)


def test_what_stands_in_columns_is_kept_for_a_week(aws: Cloud) -> None:
    space = factories.open_space()
    made = space.admin.post(space.at("/rosters"), {"name": "a.csv", "size": 5}).ok(201)
    space.admin.get(space.at(f"/rosters/{made['id']}/mapping")).refused(409, "roster_not_ready")
    roster = checked(aws, space, a_list(AN))
    assert "Nguyễn" not in str(roster["understood"])  # the list's own item outlives the file
    assert mapping_of(space, roster["id"])["columns"][1]["samples"] == ["Nguyễn Văn An"]
    space.author.get(space.at(f"/rosters/{roster['id']}/mapping")).refused(403)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Nguyễn Văn An;an@hue.example\nLê Thị Bình;b@hue.example\n", None),  # people from the first row on
        ("Quý danh;Hòm của bạn\nNguyễn Văn An;an@hue.example\n", 1),
        ("DANH SÁCH;\n;\nQuý danh;Nơi ở\nNguyễn Văn An;Huế\nLê Thị Bình;Huế\n", 3),  # names below tell it
        ("Quý danh;Quý danh\nNguyễn Văn An;01234\n", None),  # the same word twice is no row of headings
        ("alpha;beta\ngamma;delta\n", None),
        ("Lần 1;Lần 2\n12/03/2024;13/03/2024\n", 1),
    ],
)
def test_which_row_is_least_like_what_follows(text: str, row: int | None) -> None:
    assert opened(text).header_row == row


def test_headings_of_a_workbook_that_nobody_knows() -> None:
    people: list[list[str | float | None]] = [["Nguyễn Văn An", 912345678], ["Lê Hoà", 912345679]]
    table: list[list[str | float | None]] = [["DANH SÁCH", None], [None, None], ["Quý danh", "Máy"], *people]
    read = opened(workbook(sheet_of(table)))
    assert (read.header_row, read.header_by) == (3, "content")
