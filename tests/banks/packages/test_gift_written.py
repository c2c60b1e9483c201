"""What we write as GIFT reads back as it was; what GIFT cannot say is named and left out."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.banks.packages import gift, gift_writing
from chalicelib.banks.packages.findings import Finding, Reading, Taken
from chalicelib.questions.models import KINDS
from tests.banks.packages.inventing import PLACE, image, questions, tags, taken
from tests.questions.writing import question

NO_PICTURE = st.none()
SAYABLE = [kind for kind in KINDS if kind not in ("ordering", "hot_spot", "fill_in")]


def _written(items: list[Taken]) -> tuple[bytes, list[Finding]]:
    file = io.BytesIO()
    found = gift_writing.write(file, items)
    return file.getvalue(), found


def _back(items: list[Taken]) -> Reading:
    content, found = _written(items)
    assert [each for each in found if not each.taken] == []
    return gift.read(content.decode())


def _said(facts: dict[str, Any]) -> bool:
    texts = [*(pair["text"] for pair in facts.get("pairs", ())), *facts.get("accepted", ())]
    return not any("->" in text for text in texts)


@pytest.mark.parametrize("kind", SAYABLE)
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_written_reads_back_as_it_was(kind: str, data: st.DataObject) -> None:
    sayable = questions(kind, NO_PICTURE).filter(lambda made: _said(made.model_dump()))
    written = [taken(data.draw(sayable), data.draw(tags)) for _ in range(2)]
    reading = _back(written)
    assert reading.findings == []
    assert [(each.question, each.tags) for each in reading.items] == [(each.question, each.tags) for each in written]


@settings(max_examples=25)
@given(
    st.sampled_from(["Gõ [[a]].", "[[c-1]] là gì?\nĐúng [plain] vậy", "Khoá bằng [[a]]"]),
    st.lists(st.sampled_from(["mật khẩu", "%50%", "[html]", "a=b~c"]), min_size=1, unique=True),
    st.booleans(),
    st.booleans(),
)
def test_one_gap_reads_back_as_it_was(text: str, accepted: list[str], partial: bool, html: bool) -> None:
    name = text.partition("[[")[2].partition("]]")[0]
    above = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Xem"}]}]}
    written = question(
        "fill_in",
        id=None,
        prompt="Điền:\nmột từ",
        text=text,
        gaps=[{"id": name, "accepted": accepted}],
        partial=partial,
        stimulus=above if html else None,
    )
    assert [each.question for each in _back([taken(written)]).items] == [written]


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        ("ordering", {"items": [{"text": "a"}, {"text": "b"}]}, "kind_unsayable"),
        ("true_false", {"right": True, "stimulus": {"type": "doc", "content": [image]}}, "picture_unsayable"),
        ("matching", {"pairs": [{"text": "a->b", "match": "1"}, {"text": "c", "match": "2"}]}, "arrow_unsayable"),
        (
            "fill_in",
            {"text": "[[a]] [[b]]", "gaps": [{"id": "a", "accepted": ["x"]}, {"id": "b", "accepted": ["y"]}]},
            "kind_unsayable",
        ),
    ],
)
def test_what_gift_cannot_say_is_named_and_left_out(kind: str, facts: dict[str, Any], code: str) -> None:
    content, found = _written([taken(question(kind, **facts))])
    assert (content, [(each.place, each.code, each.taken) for each in found]) == (b"", [(PLACE, code, False)])


def test_what_others_pass_over_is_named() -> None:
    choices = [{"text": "a", "correct": True}, {"text": "b"}]
    content, found = _written([taken(question("multiple", choices=choices, points=3))])
    assert [(each.code, each.taken) for each in found] == [("points_unsaid", True), ("partial_unsaid", True)]
    assert content
