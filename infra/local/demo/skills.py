"""The demo's map of skills: its assessments measure, every other learner of Huế is an official, all are measured."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.demo.client import Client
from infra.local.demo.content import Json

FRAMEWORK = "digcomp-2.2"
# How much those get right who sit an assessment besides whom it names.
_OTHERS = (0.9, 0.45, 0.8, 0.3, 0.95, 0.55, 0.7, 0.2, 0.85, 0.5, 0.6, 0.4, 1.0, 0.35, 0.75, 0.25, 0.65, 0.15)


def measure(author: Client, space: str, assessments: Iterable[str]) -> None:
    """Let these assessments measure by the framework whose codes their questions are filed under."""
    for each in assessments:
        author.put(f"/spaces/{space}/assessments/{each}/measure", {"framework": FRAMEWORK})


def takers(assessment: Json) -> list[float]:
    """How much those get right who sit an assessment, by the order of learners: all learners sit one that belongs to no
    course."""
    return [*assessment["takers"], *(() if "course" in assessment else _OTHERS)]


def introduce(person: Client, space: str, login: str) -> None:
    """Let a learner say what they do: those with an even number in their login work in an office of the state."""
    number = int(login.partition("@")[0].removeprefix("learner"))
    occupation = "farmer" if number % 2 else "civil_servant"
    person.patch(f"/spaces/{space}/me/profile", {"occupation": occupation})
