"""Refusals of a body: each names the field to mend, and what may stand there."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import chalicelib
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space

CODE = sorted(Path(str(chalicelib.__file__)).parent.rglob("*.py"))
AUDIENCE = "/courses/0123456789abcdefghjkmn/audiences/students"


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space("hue")


def named(problem: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["field"], each["pointer"], each["code"]) for each in problem["errors"]]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"kind": "required", "due_on": "2020-01-01"}, "due_on", "due_past"),
        ({"kind": "required", "due_on": "2099-12-31", "due_in_days": 3}, "due_in_days", "due_twice"),
        ({"kind": "recommended", "due_on": "2099-12-31"}, "due_on", "due_unasked"),
        ({"kind": "recommended", "due_in_days": 3}, "due_in_days", "due_unasked"),
    ],
)
def test_what_does_not_go_together_is_named(hue: OpenedSpace, body: dict[str, Any], field: str, code: str) -> None:
    problem = hue.admin.put(hue.at(AUDIENCE), body).refused(422, "invalid_input")
    assert named(problem) == [(field, f"#/{field}", code)]


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        ({"op": "xor", "rules": []}, "rule.op", "union_tag_invalid"),
        ({"op": "between", "field": "birth_year"}, "rule.first", "between_nothing"),
        ({"op": "between", "field": "birth_year", "first": 1990, "last": 1980}, "rule.last", "years_reversed"),
        (
            {"op": "all", "rules": [{"op": "in", "field": "gender", "values": ["x"]}]},
            "rule.rules.0.values",
            "gender_unknown",
        ),
        ({"op": "not", "rule": {"op": "between", "field": "birth_year"}}, "rule.rule.first", "between_nothing"),
    ],
)
def test_a_fault_deep_in_a_rule_has_its_place(hue: OpenedSpace, rule: Any, field: str, code: str) -> None:
    problem = hue.admin.post(hue.at("/audiences/previews"), {"rule": rule}).refused(422, "invalid_input")
    assert named(problem) == [(field, "#/" + field.replace(".", "/"), code)]


def test_an_unknown_operator_is_told_of_those_that_there_are(hue: OpenedSpace) -> None:
    rule = {"op": "any", "rules": [{"op": "like", "field": "position"}]}
    problem = hue.admin.post(hue.at("/audiences/previews"), {"rule": rule}).refused(422, "invalid_input")
    (fault,) = problem["errors"]
    assert fault["field"] == "rule.rules.0.op"
    for operator in ("all", "any", "not", "in", "contains", "between", "within", "known"):
        assert f"'{operator}'" in fault["detail"]


def test_a_rule_over_a_whole_model_names_its_field() -> None:
    """Pydantic knows only where the model stands: without a name the person would be told that *something* is wrong."""
    silent = [f"{path.name}:{call.lineno}" for path in CODE for call in _raised_by_models(path) if not _names(call)]
    assert silent == []


def _raised_by_models(path: Path) -> list[ast.Call]:
    functions = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef)]
    judging = [each for each in functions if any("model_validator" in ast.dump(at) for at in each.decorator_list)]
    raised = [each.exc for judge in judging for each in ast.walk(judge) if isinstance(each, ast.Raise)]
    return [each for each in raised if isinstance(each, ast.Call)]


def _names(call: ast.Call) -> bool:
    """Whether the field is named, or several are (``several`` puts a path to each)."""
    called = call.func.id if isinstance(call.func, ast.Name) else ""
    return called != "rule" or any(each.arg == "field" for each in call.keywords)
