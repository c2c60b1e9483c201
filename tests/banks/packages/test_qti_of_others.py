"""What packages of other programs have that ours have not: taken, or named. The items are made up for these tests."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from chalicelib.banks.packages import qti
from chalicelib.banks.packages.findings import Reading
from chalicelib.banks.packages.refusals import PackageOfAnotherFormat

HEAD = '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="Tên">'
FLOAT = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'


def _declared(identifier: str, base: str, *right: str, cardinality: str = "single", mapping: str = "") -> str:
    values = "".join(f"<qti-value>{each}</qti-value>" for each in right)
    correct = f"<qti-correct-response>{values}</qti-correct-response>" if right else ""
    about = f'identifier="{identifier}" cardinality="{cardinality}" base-type="{base}"'
    return f"<qti-response-declaration {about}>{correct}{mapping}</qti-response-declaration>"


def _mapping(worth: dict[str, float]) -> str:
    entries = "".join(f'<qti-map-entry map-key="{key}" mapped-value="{each}"/>' for key, each in worth.items())
    return f'<qti-mapping default-value="0">{entries}</qti-mapping>'


def _item(declared: str, body: str, rules: str = "", after: str = "") -> bytes:
    processing = f"<qti-response-processing>{rules}</qti-response-processing>" if rules else ""
    inside = f"{declared}{FLOAT}<qti-item-body>{body}</qti-item-body>{processing}{after}"
    return f"{HEAD}{inside}</qti-assessment-item>".encode()


def _taken(reading: Reading) -> dict[str, Any]:
    assert [each.code for each in reading.findings if not each.taken] == []
    return reading.items[0].question.model_dump(mode="json", exclude_defaults=True)


def _codes(reading: Reading) -> list[str]:
    return [each.code for each in reading.findings]


def _said(identifier: str, text: str, show: str = "show", name: str = "modal-feedback") -> str:
    about = f'outcome-identifier="FEEDBACK" identifier="{identifier}" show-hide="{show}"'
    return f"<qti-{name} {about}><qti-content-body><p>{text}</p></qti-content-body></qti-{name}>"


CHOICES = """<qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="1">
<qti-prompt>Bao xa?</qti-prompt><qti-simple-choice identifier="A">400 km</qti-simple-choice>
<qti-simple-choice identifier="B">50 km</qti-simple-choice></qti-choice-interaction>"""
SINGLE = _declared("RESPONSE", "identifier", "A")


@pytest.mark.parametrize("view", ["scorer", "tutor", "proctor author"])
def test_what_scorers_are_to_read_is_shown_to_nobody_who_answers(view: str) -> None:
    rubric = f'<qti-rubric-block view="{view}" use="scoring"><p>Đáp án: 400 km</p></qti-rubric-block>'
    reading = qti.read_item(_item(SINGLE, f"<p>Tom đi bộ.</p>{rubric}{CHOICES}"))
    facts = _taken(reading)
    assert (facts["prompt"], _codes(reading)) == ("Tom đi bộ.\nBao xa?", ["left_behind"])


def test_what_candidates_are_told_stays() -> None:
    rubric = '<qti-rubric-block view="candidate proctor"><p>Chọn một.</p></qti-rubric-block>'
    reading = qti.read_item(_item(SINGLE, rubric + CHOICES))
    assert (_taken(reading)["prompt"], _codes(reading)) == ("Chọn một.\nBao xa?", [])


def test_what_a_body_says_after_an_answer_is_no_part_of_the_question() -> None:
    solution = _said("SOLUTION", "Vì mỗi tuần 8 km.", name="feedback-block")
    of_a_choice = _said("B", "Quá ngắn.", name="feedback-block")
    reading = qti.read_item(_item(SINGLE, f"<p>Tom đi bộ.</p>{CHOICES}<div>{solution}{of_a_choice}</div>"))
    facts = _taken(reading)
    assert (facts["prompt"], facts["explanation"]) == ("Tom đi bộ.\nBao xa?", "Vì mỗi tuần 8 km.")
    assert facts["choices"][1]["feedback"] == "Quá ngắn."


def test_what_is_said_to_all_who_did_not_choose_is_left_behind() -> None:
    after = _said("A", "Đúng: 400 km.") + _said("A", "Không phải vậy.", show="hide")
    reading = qti.read_item(_item(SINGLE, CHOICES, after=after))
    facts = _taken(reading)
    assert (facts["choices"][0]["feedback"], facts.get("explanation"), _codes(reading)) == (
        "Đúng: 400 km.",
        None,
        ["left_behind"],
    )


def test_choices_that_are_to_stay_in_place_are_not_shuffled() -> None:
    fixed = CHOICES.replace('identifier="B"', 'identifier="B" fixed="true"')
    assert _taken(qti.read_item(_item(SINGLE, CHOICES)))["shuffle"] is True
    assert "shuffle" not in _taken(qti.read_item(_item(SINGLE, fixed)))


def _adds(response: str, value: str) -> str:
    added = f'<qti-sum><qti-variable identifier="SCORE"/>{value}</qti-sum>'
    compared = f'<qti-match><qti-variable identifier="{response}"/><qti-correct identifier="{response}"/></qti-match>'
    scored = f'<qti-set-outcome-value identifier="SCORE">{added}</qti-set-outcome-value>'
    return f"<qti-response-condition><qti-response-if>{compared}{scored}</qti-response-if></qti-response-condition>"


def test_points_that_are_added_gap_by_gap() -> None:
    gaps = [_declared(name, "string", right) for name, right in (("G1", "mở"), ("G2", "khoá"), ("G3", "chờ"))]
    one = '<qti-base-value base-type="integer">1</qti-base-value>'
    entries = [f'<qti-text-entry-interaction response-identifier="G{number}"/>' for number in (1, 2, 3)]
    rules = "".join(_adds(f"G{number}", one) for number in (1, 2, 3))
    facts = _taken(qti.read_item(_item("".join(gaps), f"<p>{' rồi '.join(entries)} máy.</p>", rules)))
    assert (facts["kind"], facts["points"], facts["partial"]) == ("fill_in", 3, True)


def test_a_condition_that_adds_says_what_is_right() -> None:
    added = '<qti-sum><qti-variable identifier="SCORE"/><qti-base-value base-type="float">2</qti-base-value></qti-sum>'
    compared = (
        '<qti-string-match case-sensitive="false"><qti-variable identifier="RESPONSE"/>'
        '<qti-base-value base-type="string">Huế</qti-base-value></qti-string-match>'
    )
    scored = f'<qti-set-outcome-value identifier="SCORE">{added}</qti-set-outcome-value>'
    rules = f"<qti-response-condition><qti-response-if>{compared}{scored}</qti-response-if></qti-response-condition>"
    entry = '<p>Kinh đô? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    facts = _taken(qti.read_item(_item(_declared("RESPONSE", "string"), entry, rules)))
    assert (facts["accepted"], facts["points"]) == (["Huế"], 2)


def test_bounds_that_stand_before_what_they_bound() -> None:
    bounds = "".join(
        f'<qti-{name}><qti-base-value base-type="float">{value}</qti-base-value>'
        f'<qti-variable identifier="RESPONSE"/></qti-{name}>'
        for name, value in (("lte", "3.1"), ("gte", "3.2"))
    )
    rules = f"<qti-response-condition><qti-response-if><qti-and>{bounds}</qti-and></qti-response-if>"
    entry = '<p>Số pi? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    declared = _declared("RESPONSE", "float", "3.14")
    facts = _taken(qti.read_item(_item(declared, entry, f"{rules}</qti-response-condition>")))
    assert (facts["value"], facts["tolerance"]) == ("3.15", "0.05")


@pytest.mark.parametrize("value", ["1e999", "9" * 400])
def test_numbers_beyond_all_measure_are_refused(value: str) -> None:
    entry = '<p>Bao nhiêu? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    reading = qti.read_item(_item(_declared("RESPONSE", "float", value), entry))
    assert (reading.items, [each.field for each in reading.findings]) == ([], ["value"])


def test_runs_of_a_text_are_choices() -> None:
    passage = (
        '<p>Họ <qti-hottext identifier="A">đã mua</qti-hottext> vé '
        '<qti-hottext identifier="B">ngày mai</qti-hottext> rồi.</p>'
    )
    body = (
        f'<qti-hottext-interaction response-identifier="RESPONSE" max-choices="1">{passage}</qti-hottext-interaction>'
    )
    facts = _taken(qti.read_item(_item(_declared("RESPONSE", "identifier", "B"), f"<p>Tìm lỗi.</p>{body}")))
    assert (facts["kind"], facts["prompt"]) == ("single", "Tìm lỗi.\nHọ đã mua vé ngày mai rồi.")
    assert [(each["text"], each.get("correct")) for each in facts["choices"]] == [("đã mua", None), ("ngày mai", True)]


def test_a_slider_asks_for_a_number() -> None:
    mapping = _mapping({"12": 0.5, "14": 1, "16": 1, "18": 1})
    body = '<qti-slider-interaction response-identifier="RESPONSE"><qti-prompt>Bao nhiêu?</qti-prompt>'
    declared = _declared("RESPONSE", "integer", "16", mapping=mapping)
    rules = (
        '<qti-set-outcome-value identifier="SCORE"><qti-map-response identifier="RESPONSE"/></qti-set-outcome-value>'
    )
    reading = qti.read_item(_item(declared, f"{body}</qti-slider-interaction>", rules))
    facts = _taken(reading)
    assert (facts["kind"], facts["prompt"], facts["value"], facts["tolerance"]) == ("numeric", "Bao nhiêu?", "16", "2")
    assert _codes(reading) == ["weights_changed"]


def test_a_word_that_is_worth_half_is_not_taken_in_silence() -> None:
    declared = _declared("RESPONSE", "string", "Huế", mapping=_mapping({"Huế": 1, "Hue": 0.5}))
    entry = '<p>Kinh đô? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
    reading = qti.read_item(_item(declared, entry))
    assert (_taken(reading)["accepted"], _codes(reading)) == (["Huế"], ["weights_changed"])


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def _manifest(resources: str, about: str = "") -> bytes:
    inside = f"<metadata/><organizations/><resources {about}>{resources}</resources>"
    return f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m">{inside}</manifest>'.encode()


def test_a_manifest_says_below_which_folder_its_files_are() -> None:
    resource = '<resource identifier="r" type="imsqti_item_xmlv3p0" xml:base="items/" href="a%20b.xml"/>'
    parts = {
        "goi/khac/imsmanifest.xml": _manifest(""),
        "goi/imsmanifest.xml": _manifest(resource, 'xml:base="q/"'),
        "goi/q/items/a b.xml": _item(SINGLE, CHOICES),
        "__MACOSX/goi/._imsmanifest.xml": b"\0\5\26\7",
    }
    assert len(qti.read_package(_zip(parts)).items) == 1


@pytest.mark.parametrize("kind", ["imsqti_xmlv1p2", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"])
def test_qti_1_2_in_packages_of_courses_is_named(kind: str) -> None:
    resource = f'<resource identifier="r" type="{kind}"><file href="a/quiz.xml"/></resource>'
    parts = {"imsmanifest.xml": _manifest(resource), "a/quiz.xml": b"<questestinterop/>"}
    assert _codes(qti.read_package(_zip(parts))) == ["qti_1_2"]


@pytest.mark.parametrize("part", ["[Content_Types].xml", "h5p.json", "moodle_backup.xml", "anh.png"])
def test_archives_of_other_programs_are_no_packages(part: str) -> None:
    with pytest.raises(PackageOfAnotherFormat):
        qti.read_package(_zip({part: b"<x/>", "khac.png": b""}))
