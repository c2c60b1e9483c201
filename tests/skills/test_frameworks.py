"""Frameworks as data: what comes with the platform, what the centre imports, as JSON and as a spreadsheet, and what is
said of faults."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from chalicelib.skills import reference, sheets
from chalicelib.skills.framework_models import FrameworkContent
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.skills.placing import DIGCOMP, encoded, framework


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def sent(content: bytes, framework_id: str = "khung-thu", *, dry_run: bool = True, **headers: str) -> Reply:
    """A spreadsheet that the centre sends."""
    body = {"content": encoded(content), "dry_run": dry_run}
    return operator().put(f"/frameworks/{framework_id}/sheet", body, headers=headers)


def sheet_of(facts: dict[str, Any]) -> list[list[str]]:
    """A framework's rows, as its own sheet has them."""
    text = sheets.written(FrameworkContent.model_validate(facts))
    from chalicelib.banks.packages import sheets as workbooks

    return workbooks.table(text.removeprefix("\ufeff"))


def csv(rows: list[list[str]], delimiter: str = ";") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in rows).encode()


def test_digcomp_is_there_as_published(hue: OpenedSpace) -> None:
    found = Api().get(f"/frameworks/{DIGCOMP}")
    told = found.ok()
    assert (len(told["areas"]), len(told["levels"]), told["state"]) == (5, 8, "published")
    competences = [each for area in told["areas"] for each in area["competences"]]
    assert len(competences) == 21
    assert {each["code"]: each["name"]["en"] for each in competences}["2.5"] == "Netiquette"
    groups = [each["group"]["vi"] for each in told["levels"]]
    assert groups == [each for each in ("Cơ bản", "Trung cấp", "Nâng cao", "Chuyên sâu") for _ in range(2)]
    assert all(each["name"]["vi"] != each["name"]["en"] for each in competences)
    Api().get(f"/frameworks/{DIGCOMP}", headers={"if-none-match": found.headers["etag"]}).ok(304)
    assert found.headers["cache-control"] == "public, max-age=60"


def test_the_decision_is_a_draft_that_says_so_and_names_its_four_audiences(hue: OpenedSpace) -> None:
    told = Api().get("/frameworks/qd-757").ok()
    assert told["state"] == "draft"
    assert "CHƯA PHẢI VĂN BẢN CHÍNH THỨC" in told["note"]["vi"]
    assert [each["audience"] for each in told["profiles"]] == ["public-sector", "students", "workers", "citizens"]
    assert all(each["targets"] == {} for each in told["profiles"]), "what the text says is not known"
    assert {each["framework"] for each in told["mappings"]} == {DIGCOMP}
    Api().get("/frameworks/khong-co").refused(404)


def test_the_centre_imports_a_framework_and_all_see_it(hue: OpenedSpace) -> None:
    at = "/frameworks/khung-moi"
    new = framework("khung-moi")
    assert operator().put(at, new, query={"dry_run": "true"}).ok()["kept"] is False
    Api().get(at).refused(404)
    assert operator().put(at, new).ok()["version"] == 1
    first = Api().get(at)
    assert (first.ok()["version"], first.ok()["note"]["vi"]) == (1, "=Ghi chú")
    changed = new | {"edition": "1.1"}
    assert operator().put(at, changed, headers={"if-match": first.headers["etag"]}).ok()["version"] == 2
    operator().put(at, changed, headers={"if-match": first.headers["etag"]}).refused(412)
    cards = Api().get("/frameworks").ok()["items"]
    assert {each["id"]: (each["version"], each["edition"]) for each in cards}["khung-moi"] == (2, "1.1")
    assert {DIGCOMP, "qd-757"} <= {each["id"] for each in cards}
    lines = operator().get("/audit").ok()["items"]
    assert any(each["operation"] == "import_framework" for each in lines)


def test_only_the_centre_imports(hue: OpenedSpace) -> None:
    for caller in (hue.admin, hue.author, Api()):
        assert caller.put("/frameworks/khung-thu", framework()).status in (401, 403)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"levels": framework()["levels"][1:]}, {"levels"}),
        ({"areas": [framework()["areas"][0], framework()["areas"][0]]}, {"areas.1.code", "areas.0.competences.0.code"}),
        ({"areas": [framework()["areas"][1] | {"competences": framework()["areas"][0]["competences"]}]},
         {"areas.0.competences.0.code"}),
        ({"profiles": [framework()["profiles"][0] | {"targets": {"C": 9}}]}, {"profiles.0.targets.C"}),
        ({"mappings": [framework()["mappings"][0] | {"code": "C"}]}, {"mappings.0.code"}),
        ({"id": "khung-khac"}, {"id"}),
    ],
)  # fmt: skip
def test_faults_of_a_framework_are_named(hue: OpenedSpace, facts: dict[str, Any], fields: set[str]) -> None:
    refused = operator().put("/frameworks/khung-thu", framework() | facts)
    refused.refused(422)
    assert fields <= refused.bad_fields


def test_what_people_were_measured_by_stays(hue: OpenedSpace) -> None:
    at = "/frameworks/khung-cu"
    old = framework("khung-cu")
    operator().put(at, old).ok()
    areas, levels = old["areas"][:1], old["levels"][:3]
    other = old | {"areas": areas, "levels": levels, "profiles": [], "mappings": []}
    refused = operator().put(at, other)
    refused.refused(422)
    assert refused.bad_fields == {"areas", "levels"}
    told = sent(csv(sheet_of(other)), "khung-cu").ok()
    assert {each["code"] for each in told["faults"]} == {"scale_changed", "area_lost"}


def test_a_draft_that_people_were_measured_by_stays_too_and_nothing_published_is_a_draft_again(
    hue: OpenedSpace,
) -> None:
    at = "/frameworks/khung-thao"
    draft = framework("khung-thao") | {"state": "draft"}
    operator().put(at, draft).ok()
    areas, levels = draft["areas"][:1], draft["levels"][:3]
    other = draft | {"areas": areas, "levels": levels, "profiles": [], "mappings": [], "state": "published"}
    refused = operator().put(at, other)
    refused.refused(422)
    assert refused.bad_fields == {"areas", "levels"}
    more = draft | {"areas": [*draft["areas"], {**areas[0], "code": "Z", "competences": []}]}
    operator().put(at, more).ok()
    operator().put(at, more | {"state": "published"}).ok()
    assert operator().put(at, more).bad_fields == {"state"}


def test_what_comes_with_the_platform_is_measured_by_and_keeps_its_areas_and_levels(hue: OpenedSpace) -> None:
    refused = operator().put("/frameworks/qd-757", framework("qd-757"), query={"dry_run": "true"})
    assert refused.bad_fields == {"areas", "levels"}


def test_its_own_sheet_comes_back_as_it_went_out(hue: OpenedSpace) -> None:
    for framework_id in (DIGCOMP, "qd-757"):
        content = Api().get(f"/frameworks/{framework_id}/sheet")
        assert content.headers["content-type"].startswith("text/csv")
        text = content.text if isinstance(content.text, str) else content.text.decode()
        told = sent(text.encode(), framework_id).ok()
        assert told["faults"] == []
        known = reference.find(framework_id).content.model_dump(mode="json")
        assert told["framework"] == known
    assert sheets.read(sheet_of(framework()))[0] == FrameworkContent.model_validate(framework()), (
        "formulas are harmless"
    )


def test_a_workbook_is_read_and_kept_once_it_has_no_faults(hue: OpenedSpace) -> None:
    rows = sheet_of(framework("khung-bang"))
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["Khung năng lực của Sở"], *rows]):
            for place, cell in enumerate(row):
                sheet.write(number, place, int(cell) if cell.isdecimal() else cell.removeprefix("'"))
    looked = sent(file.getvalue(), "khung-bang").ok()
    assert (looked["faults"], looked["kept"]) == ([], False)
    Api().get("/frameworks/khung-bang").refused(404)
    kept = sent(file.getvalue(), "khung-bang", dry_run=False).ok()
    assert (kept["kept"], kept["version"]) == (True, 1)
    assert Api().get("/frameworks/khung-bang").ok()["profiles"][0]["targets"] == {"A.1": 3, "B": 2}


def test_faults_of_a_sheet_are_named_by_row_and_column_and_nothing_is_kept(hue: OpenedSpace) -> None:
    rows = sheet_of(framework("khung-loi"))
    names = [row[0] for row in rows]
    level, area, target = names.index("Mức"), names.index("Miền"), names.index("Đích")
    rows[level][2] = ""  # no name
    rows[area][1] = "01/01"  # a date, says the spreadsheet
    rows[target][5] = "9"
    rows.append(["Linh tinh", "x", "", "", "", "", "", ""])
    told = sent(csv(rows), "khung-loi", dry_run=False, **{"accept-language": "vi"}).ok()
    assert (told["kept"], told["framework"], told["version"]) == (False, None, None)
    found = {(each["row"], each["column"]) for each in told["faults"]}
    assert {(level + 1, "Tên tiếng Việt"), (area + 1, "Mã"), (len(rows), "Loại")} <= found
    assert any("dạng văn bản" in each["message"] for each in told["faults"]), "and how it is mended"
    assert [each["row"] or 0 for each in told["faults"]] == sorted(each["row"] or 0 for each in told["faults"])
    Api().get("/frameworks/khung-loi").refused(404)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 no workbook", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"x,y\r\n1,2", "headings_missing"),
        ("Loại;Mã\r\nKhung;khung-khac".encode(), "state_unknown"),
        ("Loại;Mã\r\n".encode(), "framework_missing"),
    ],
)
def test_what_is_no_sheet_is_said_to_be_none(hue: OpenedSpace, content: bytes, code: str) -> None:
    told = sent(content, dry_run=False).ok()
    assert told["kept"] is False
    assert code in {each["code"] for each in told["faults"]}
