"""QTI as other programs write it: what is taken, what is named, and that nothing in a package does harm."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from chalicelib.banks.packages import archive, qti
from chalicelib.banks.packages.findings import Reading
from chalicelib.banks.packages.refusals import PackageDamaged, PackageTooLarge
from tests.pictures import png

HEAD = '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="Tên" adaptive="false">'
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'


def _declared(cardinality: str, base: str, *right: str, more: str = "") -> str:
    values = "".join(f"<value>{each}</value>" for each in right)
    correct = f"<correctResponse>{values}</correctResponse>" if right else ""
    about = f'identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}"'
    return f"<responseDeclaration {about}>{correct}{more}</responseDeclaration>"


def _item(declared: str, body: str, processing: str = MATCH) -> bytes:
    return f"{HEAD}{declared}<itemBody>{body}</itemBody>{processing}</assessmentItem>".encode()


def _read(declared: str, body: str, processing: str = MATCH) -> Reading:
    return qti.read_item(_item(declared, body, processing))


def _facts(reading: Reading) -> dict[str, Any]:
    assert [each.code for each in reading.findings if not each.taken] == []
    return reading.items[0].question.model_dump(mode="json", exclude_defaults=True)


def _choices(*texts: str, name: str = "choiceInteraction", more: str = 'maxChoices="1"') -> str:
    inside = "".join(
        f'<simpleChoice identifier="{chr(65 + at)}">{text}</simpleChoice>' for at, text in enumerate(texts)
    )
    return f'<{name} responseIdentifier="RESPONSE" {more}><prompt>Chọn?</prompt>{inside}</{name}>'


def test_a_choice_with_markup_around_it() -> None:
    body = "<p>Xem <b>kỹ</b>\n  biển báo.</p>" + _choices("Rẽ <i>trái</i>", "Rẽ phải")
    facts = _facts(_read(_declared("single", "identifier", "B"), body))
    bold = {"type": "text", "text": "kỹ", "marks": [{"type": "bold"}]}
    around = [{"type": "text", "text": "Xem "}, bold, {"type": "text", "text": " biển báo."}]
    assert facts["stimulus"] == {"type": "doc", "content": [{"type": "paragraph", "content": around}]}
    assert (facts["prompt"], facts["choices"][1]["correct"]) == ("Chọn?", True)
    assert [each["text"] for each in facts["choices"]] == ["Rẽ trái", "Rẽ phải"]


def test_true_or_false_is_known_by_its_words() -> None:
    facts = _facts(_read(_declared("single", "identifier", "A"), _choices("Đúng", "Sai")))
    assert (facts["kind"], facts["right"]) == ("true_false", True)


@pytest.mark.parametrize(("wrong", "remarks"), [("-1", []), ("0", ["weights_changed"])])
def test_weights_that_are_not_ours_are_named(wrong: str, remarks: list[str]) -> None:
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>' for key, worth in (("A", 1), ("B", 1)))
    mapping = f'<mapping lowerBound="0" upperBound="2" defaultValue="{wrong}">{entries}</mapping>'
    reading = _read(_declared("multiple", "identifier", "A", "B", more=mapping), _choices("H", "O", "C", "N"), MAP)
    facts = _facts(reading)
    assert (facts["kind"], facts["partial"], facts["points"]) == ("multiple", True, 2)
    assert [each.code for each in reading.findings] == remarks


def test_a_condition_says_what_is_right_where_no_declaration_does() -> None:
    compared = '<match><variable identifier="RESPONSE"/><baseValue baseType="identifier">B</baseValue></match>'
    scored = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">3</baseValue></setOutcomeValue>'
    rules = f"<responseCondition><responseIf>{compared}{scored}</responseIf></responseCondition>"
    reading = _read(
        _declared("single", "identifier"), _choices("a", "b"), f"<responseProcessing>{rules}</responseProcessing>"
    )
    facts = _facts(reading)
    assert ([each.get("correct") for each in facts["choices"]], facts["points"]) == ([None, True], 3)


def test_a_number_between_bounds() -> None:
    bounds = "".join(
        f'<{name}><variable identifier="RESPONSE"/><baseValue baseType="float">{value}</baseValue></{name}>'
        for name, value in (("gte", "3.1"), ("lte", "3.2"))
    )
    rules = f"<responseCondition><responseIf><and>{bounds}</and></responseIf></responseCondition>"
    rules = f"<responseProcessing>{rules}</responseProcessing>"
    body = '<p>Số pi? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    facts = _facts(_read(_declared("single", "float"), body, rules))
    assert (facts["prompt"], facts["value"], facts["tolerance"]) == ("Số pi?", "3.15", "0.05")


def test_a_gap_in_the_middle_of_a_text() -> None:
    body = '<p>Đọc.</p><p>Không <textEntryInteraction responseIdentifier="RESPONSE"/> mật khẩu.</p>'
    facts = _facts(_read(_declared("single", "string", "chia sẻ"), body))
    assert (facts["kind"], facts["prompt"], facts["text"]) == ("fill_in", "Đọc.", "Không [[a]] mật khẩu.")


def test_an_order_and_a_match() -> None:
    body = _choices("hai", "một", name="orderInteraction", more='shuffle="true"')
    facts = _facts(_read(_declared("ordered", "identifier", "B", "A"), body))
    assert [each["text"] for each in facts["items"]] == ["một", "hai"]
    sets = [
        "".join(
            f'<simpleAssociableChoice identifier="{key}" matchMax="1">{key}</simpleAssociableChoice>' for key in keys
        )
        for keys in ("PQ", "XYZ")
    ]
    sides = "".join(f"<simpleMatchSet>{each}</simpleMatchSet>" for each in sets)
    body = f'<matchInteraction responseIdentifier="RESPONSE"><prompt>Ghép</prompt>{sides}</matchInteraction>'
    facts = _facts(_read(_declared("multiple", "directedPair", "P Y", "Q X"), body))
    assert [(each["text"], each["match"]) for each in facts["pairs"]] == [("P", "Y"), ("Q", "X")]
    assert facts["distractors"] == ["Z"]


@pytest.mark.parametrize(
    ("declared", "body", "code"),
    [
        (_declared("single", "string"), '<extendedTextInteraction responseIdentifier="RESPONSE"/>', "essay"),
        (_declared("single", "identifier"), _choices("a", "b"), "no_right_answer"),
        (_declared("single", "identifier", "A"), "<p>Chỉ đọc.</p>", "nothing_to_answer"),
        (_declared("single", "identifier", "A"), _choices("a", "b") * 2, "several_interactions"),
        (_declared("single", "file"), '<uploadInteraction responseIdentifier="RESPONSE"/>', "kind_not_read"),
        ("", _choices("a", "b"), "response_not_declared"),
        ("<templateDeclaration/>", _choices("a", "b"), "template"),
    ],
)
def test_what_cannot_be_taken_says_why(declared: str, body: str, code: str) -> None:
    reading = _read(declared, body)
    assert (reading.items, [(each.place.name, each.code) for each in reading.findings]) == ([], [("Tên", code)])


def test_qti_1_2_is_named() -> None:
    assert [each.code for each in qti.read_item(b"<questestinterop/>").findings] == ["qti_1_2"]


def _zip(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def _hot(picture: str) -> bytes:
    shown = f'<object data="{picture}" type="image/png" width="200" height="100">Bản đồ</object>'
    spots = '<hotspotChoice identifier="A" shape="circle" coords="100,50,20"/>'
    about = 'responseIdentifier="RESPONSE" maxChoices="1"'
    body = f"<hotspotInteraction {about}><prompt>Chạm</prompt>{shown}{spots}</hotspotInteraction>"
    return _item(_declared("single", "identifier", "A"), body)


def test_a_hot_spot_with_its_picture() -> None:
    reading = qti.read_package(_zip(items__a_dot_xml=_hot("../img/a%20b.png"), **{"img__a b_dot_png": png(200, 100)}))
    facts = _facts(reading)
    assert facts["areas"] == [{"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}]
    assert list(reading.pictures) == [facts["picture"]["file"]]


@pytest.mark.parametrize(
    "source", ["../../etc/passwd", "/etc/passwd", "https://evil.example/a.png", "file:///a.png", "a.svg"]
)
def test_pictures_from_elsewhere_are_none(source: str) -> None:
    reading = qti.read_package(_zip(a_dot_xml=_hot(source), a_dot_svg=b"<svg onload='alert(1)'/>"))
    assert [each.code for each in reading.findings] == ["no_picture"]


def test_one_broken_item_says_nothing_of_the_others() -> None:
    good = _item(_declared("single", "identifier", "A"), _choices("a", "b"))
    reading = qti.read_package(_zip(a_dot_xml=b"<assessmentItem>&nope;", b_dot_xml=good))
    assert (len(reading.items), [(each.place.item, each.code) for each in reading.findings]) == (
        1,
        [(1, "package_damaged")],
    )


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><assessmentItem>&b;</assessmentItem>'
STRANGER = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><assessmentItem>&a;</assessmentItem>'


@pytest.mark.parametrize("content", [BOMB, STRANGER, b"<a>" * 100_000, b"\xff\xfe<a", b"<a b='1' b='2'/>"])
def test_hostile_xml_is_refused(content: bytes) -> None:
    with pytest.raises(PackageDamaged):
        qti.read_item(content)


def test_scripts_are_dropped_and_markup_in_text_stays_text() -> None:
    body = "<p>Xem<script>alert(1)</script></p>" + _choices(
        "&lt;img src=x onerror=alert(1)&gt;", "<a href='javascript:x'>b</a>"
    )
    reading = _read(_declared("single", "identifier", "A"), body)
    facts = _facts(reading)
    assert [each["text"] for each in facts["choices"]] == ["<img src=x onerror=alert(1)>", "b"]
    assert ([each.code for each in reading.findings], "alert(1)" in facts["prompt"]) == (["left_behind"], False)


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a/../../b.xml", "C:\\a.xml"])
def test_paths_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(PackageDamaged):
        qti.read_package(_zip(**{name: b"<a/>"}))


def test_what_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_OF_A_PART", 10_000)
    with pytest.raises(PackageTooLarge):
        qti.read_package(_zip(a_dot_xml=b" " * 10_001))
    monkeypatch.setattr(archive, "MOST_INFLATED", 15_000)
    with pytest.raises(PackageTooLarge):
        qti.read_package(_zip(a_dot_xml=b" " * 9_000, b_dot_xml=b" " * 9_000))
