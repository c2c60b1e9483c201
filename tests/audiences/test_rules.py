"""Rules: what they say of a person, what may be said in them, and that they never break."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.audiences import rules
from chalicelib.audiences.matching import Traits, matches
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.audiences.rules import RuleKind, WholeRule
from chalicelib.people import persons, profile
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import OCCUPATIONS, Source

_whole: TypeAdapter[RuleKind] = TypeAdapter(WholeRule)
TOP, ROOM, OTHER = "aaaaaaaa", "aaaaaaaa/bbbbbbbb", "aaaaaaab"


def person(told: dict[str, str], *more: Identifier, by: Source = "self") -> Person:
    kept = profile.merged({}, told, "roster")
    return persons.new("An", [Identifier("email", "an@hue.example"), *more], ["learner"], by=by, profile=kept)


def fits(rule: Any, someone: Person) -> bool:
    return matches(_whole.validate_python(rule), Traits.of(someone))


def refusal(rule: Any) -> tuple[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as refused:
        _whole.validate_python(rule)
    error = refused.value.errors()[0]
    return error["loc"], error["type"]


class TestMeaning:
    """What a rule says of a person."""

    @pytest.mark.parametrize(
        ("rule", "told", "holds"),
        [
            ({"op": "in", "field": "occupation", "values": ["pupil", "student"]}, {"occupation": "pupil"}, True),
            ({"op": "in", "field": "occupation", "values": ["pupil", "student"]}, {"occupation": "worker"}, False),
            ({"op": "in", "field": "occupation", "values": ["pupil"]}, {}, False),
            ({"op": "in", "field": "province", "values": ["Thừa Thiên Huế"]}, {"province": "46"}, True),
            ({"op": "in", "field": "ward", "values": ["19789"]}, {"province": "46", "ward": "Thuận Hóa"}, True),
            ({"op": "in", "field": "ward", "values": ["P. Thuận Hoá"]}, {"ward": "19789"}, True),
            ({"op": "in", "field": "ward", "values": ["Phường Thuận Hoá"]}, {"ward": "phường Thuận Hóa"}, True),
            ({"op": "in", "field": "ward", "values": ["19789"]}, {"province": "46", "ward": "Thuận Hòa"}, False),
            ({"op": "contains", "field": "ward", "words": ["thuan hoa"]}, {"ward": "19789"}, True),
            ({"op": "in", "field": "position", "values": ["chủ  tịch"]}, {"position": "Chủ tịch"}, True),
            ({"op": "in", "field": "position", "values": ["chu tich"]}, {"position": "Chủ tịch"}, False),
            ({"op": "contains", "field": "position", "words": ["giam doc"]}, {"position": "Phó Giám đốc Sở"}, True),
            ({"op": "contains", "field": "position", "words": ["am doc"]}, {"position": "Phó Giám đốc Sở"}, False),
            ({"op": "between", "field": "birth_year", "first": 1960, "last": 1985}, {"birth": "1985-12-31"}, True),
            ({"op": "between", "field": "birth_year", "first": 1960, "last": 1985}, {"birth": "1986"}, False),
            ({"op": "between", "field": "birth_year", "first": 1960}, {"birth": "1959"}, False),
            ({"op": "between", "field": "birth_year", "last": 1960}, {"birth": "1960"}, True),
            ({"op": "between", "field": "birth_year", "last": 1960}, {}, False),
            ({"op": "within", "field": "unit", "units": [TOP]}, {"unit": TOP}, True),
            ({"op": "within", "field": "unit", "units": [TOP]}, {"unit": ROOM}, True),
            ({"op": "within", "field": "unit", "units": [ROOM]}, {"unit": TOP}, False),
            ({"op": "within", "field": "unit", "units": [TOP]}, {"unit": OTHER}, False),
            ({"op": "known", "field": "birth"}, {"birth": "1996"}, True),
            ({"op": "known", "field": "birth"}, {}, False),
            ({"op": "known", "field": "staff_code"}, {"position": "Chuyên viên"}, False),
            ({"op": "not", "rule": {"op": "known", "field": "birth"}}, {}, True),
        ],
    )
    def test_a_condition(self, rule: Any, told: dict[str, str], holds: bool) -> None:
        assert fits(rule, person(told)) is holds

    def test_by_which_app_and_from_whom(self) -> None:
        came = person({}, Identifier("app", "hue-s:0:1"), by="app")
        assert fits({"op": "in", "field": "app", "values": ["hue-s"]}, came)
        assert not fits({"op": "in", "field": "app", "values": ["hue"]}, came)
        assert fits({"op": "in", "field": "source", "values": ["app"]}, came)
        assert not fits({"op": "in", "field": "source", "values": ["roster"]}, came)
        assert fits({"op": "in", "field": "source", "values": ["roster"]}, person({"birth": "1996"}))

    @given(st.sampled_from(["", *OCCUPATIONS]), st.booleans(), st.booleans())
    def test_everyone_is_in_one_of_the_four_that_are_ready_made(
        self, occupation: str, has_position: bool, has_code: bool
    ) -> None:
        told = {"occupation": occupation} if occupation else {}
        known_by = [Identifier("staff_code", "CB0000001")] if has_code else []
        someone = person(told | ({"position": "Chuyên viên"} if has_position else {}), *known_by)
        traits = Traits.of(someone)
        assert len([each for each in READY_MADE.values() if matches(rules.of_stored(each.rule), traits)]) == 1


class TestWhatMayBeSaid:
    """Bounded, of values that there are, and nothing of anybody's health."""

    def test_every_fault_has_its_place(self) -> None:
        bad = {
            "op": "all",
            "rules": [{"op": "known", "field": "birth"}, {"op": "in", "field": "gender", "values": ["x"]}],
        }
        assert refusal(bad) == (("rules", 1, "values"), "gender_unknown")
        assert refusal({"op": "xor", "rules": []}) == (("op",), "union_tag_invalid")
        assert refusal({"op": "not", "rule": {"op": "between", "field": "birth_year"}}) == (
            ("rule",),
            "between_nothing",
        )
        assert refusal({"op": "between", "field": "birth_year", "first": 1990, "last": 1980})[1] == "years_reversed"
        assert refusal({"op": "in", "field": "source", "values": ["gossip"]})[1] == "source_unknown"
        assert refusal({"op": "known", "field": "disability"})[1] == "literal_error"
        assert refusal({"op": "in", "field": "disability", "values": ["vision"]})[1] == "literal_error"

    def test_depth_and_size_have_bounds(self) -> None:
        rule: Any = {"op": "known", "field": "birth"}
        for _ in range(rules.DEEPEST - 1):
            rule = {"op": "not", "rule": rule}
        _whole.validate_python(rule)
        assert refusal({"op": "not", "rule": rule}) == ((), "rule_too_deep")
        for _ in range(10_000):
            rule = {"op": "not", "rule": rule}
        assert refusal(rule) == ((), "rule_too_deep")
        many = [{"op": "known", "field": "birth"}] * rules.MOST_CONDITIONS
        assert refusal({"op": "any", "rules": many}) == ((), "rule_too_large")
        _whole.validate_python({"op": "any", "rules": many[1:]})
        words = {"op": "contains", "field": "position", "words": ["ễ" * profile.TEXT_LENGTH] * rules.MOST_VALUES}
        assert refusal(words) == ((), "rule_too_large")


leaves = st.one_of(
    st.builds(
        lambda values: {"op": "in", "field": "occupation", "values": values},
        st.lists(st.sampled_from(OCCUPATIONS), min_size=1, max_size=4),
    ),
    st.builds(
        lambda first, more: {"op": "between", "field": "birth_year", "first": first, "last": first + more},
        st.integers(1940, 2010),
        st.integers(0, 40),
    ),
    st.builds(
        lambda units: {"op": "within", "field": "unit", "units": units},
        st.lists(st.sampled_from([TOP, ROOM, OTHER]), min_size=1, max_size=2),
    ),
    st.builds(lambda field: {"op": "known", "field": field}, st.sampled_from(["birth", "unit", "occupation"])),
)
given_rules = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.builds(
            lambda op, parts: {"op": op, "rules": parts},
            st.sampled_from(["all", "any"]),
            st.lists(below, min_size=1, max_size=3),
        ),
        st.builds(lambda part: {"op": "not", "rule": part}, below),
    ),
    max_leaves=6,
).filter(lambda rule: _depth(rule) < rules.DEEPEST)
someone = st.fixed_dictionaries(
    {},
    optional={
        "occupation": st.sampled_from(OCCUPATIONS),
        "birth": st.integers(1930, 2020).map(str),
        "unit": st.sampled_from([TOP, ROOM, OTHER]),
    },
).map(lambda told: person(told))


def _depth(rule: Any) -> int:
    below = [*rule.get("rules", ()), *([rule["rule"]] if "rule" in rule else [])]
    return 1 + max((_depth(each) for each in below), default=0)


@given(given_rules, someone)
def test_a_rule_and_its_opposite_never_agree(rule: Any, whom: Person) -> None:
    assert fits(rule, whom) is not fits({"op": "not", "rule": rule}, whom)


@given(given_rules, given_rules, someone)
def test_not_all_is_any_not(one: Any, other: Any, whom: Person) -> None:
    """De Morgan's law."""
    deep = max(_depth(one), _depth(other)) + 2
    if deep > rules.DEEPEST:
        return
    both = {"op": "all", "rules": [one, other]}
    either = {"op": "any", "rules": [{"op": "not", "rule": one}, {"op": "not", "rule": other}]}
    assert fits({"op": "not", "rule": both}, whom) is fits(either, whom)


@given(given_rules, someone)
def test_a_stored_rule_says_the_same(rule: Any, whom: Person) -> None:
    kept = _whole.validate_python(rule)
    again = rules.of_stored(rules.stored(kept))
    assert again == kept
    assert matches(again, Traits.of(whom)) is matches(kept, Traits.of(whom))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(["op", "rules", "rule"]), below),
        max_leaves=20,
    )
)
def test_whatever_is_sent_is_a_rule_or_refused(rule: Any) -> None:
    refused = None
    try:
        _whole.validate_python(rule)
    except ValidationError as error:
        refused = error
    assert refused is None or refused.errors()
