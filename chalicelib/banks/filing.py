"""By what an item is found: the tags under which its entries stand, and the text in which its words are looked for.

Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import ids, vietnamese
from chalicelib.banks.models import ItemContent, ItemFilter
from chalicelib.questions.models import AnyQuestion
from chalicelib.storage.items import Item

_SHOWN_PROMPT = 300
_FILED_DEPTH = 2  # of a code: by its area and by its competence, "4" and "4.2" of "4.2.1"


def competence_tag(code: str) -> str:
    """The tag of a competence. Tags are derived, so that no sign in what a person typed can lead to another."""
    return ids.derived("competence", vietnamese.fold(code))


def word_tag(word: str) -> str:
    """The tag of a free word: case and diacritics make no difference."""
    return ids.derived("word", vietnamese.fold(word))


def difficulty_tag(difficulty: int) -> str:
    """The tag of a difficulty."""
    return ids.derived("difficulty", str(difficulty))


def filed(content: ItemContent) -> dict[str, Any]:
    """What an item is filed by, as its head keeps it."""
    facts = {"competences": content.competences, "difficulty": content.difficulty, "tags": content.tags}
    return {name: value for name, value in facts.items() if value is not None}


def tags(facts: Mapping[str, Any]) -> frozenset[str]:
    """Under which tags the entries of an item stand that is filed so."""
    found = [competence_tag(above) for each in facts["competences"] for above in _filed_under(each)]
    found += [word_tag(each) for each in facts["tags"]]
    return frozenset(found + ([difficulty_tag(facts["difficulty"])] if "difficulty" in facts else []))


def areas(facts: Mapping[str, Any]) -> frozenset[str]:
    """Of :func:`tags` those of the areas in which its competences stand."""
    return frozenset(competence_tag(_filed_under(each)[0]) for each in facts["competences"])


def _filed_under(code: str) -> list[str]:
    """The codes under which an item with this one is found, the highest first: at most so many, since each costs an
    entry. What is deeper is found under the last of them."""
    parts = code.split(".")[:_FILED_DEPTH]
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]


def described(question: AnyQuestion, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an item's head says of its question, and where its words are looked for."""
    words = [question.prompt, *facts["tags"], *facts["competences"]]
    return {
        "kind": question.kind,
        "prompt": question.prompt[:_SHOWN_PROMPT],
        "points": question.points,
        "search": vietnamese.fold(" ".join(words)),
        "filed": dict(facts),
    }


def narrowest(query: ItemFilter) -> str | None:
    """The tag, of those asked for, that the fewest items are likely to have; ``None``: no tag is asked for."""
    if query.competence is not None:
        return competence_tag(_filed_under(query.competence)[-1])
    if query.tag is not None:
        return word_tag(query.tag)
    return difficulty_tag(query.difficulty) if query.difficulty is not None else None


def matches(head: Item, query: ItemFilter) -> bool:
    """Whether an item is one of those that are asked for."""
    return (
        ("archived_at" in head) == query.archived
        and (query.kind is None or query.kind == head["kind"])
        and has(head["filed"], competence=query.competence, tag=query.tag, difficulty=query.difficulty)
        and all(word in head["search"] for word in vietnamese.fold(query.q).split())
    )


def has(facts: Mapping[str, Any], *, competence: str | None, tag: str | None, difficulty: int | None) -> bool:
    """Whether what is filed so has the tags of these that are given."""
    return (
        (difficulty is None or facts.get("difficulty") == difficulty)
        and (competence is None or any(is_of(each, competence) for each in facts["competences"]))
        and (tag is None or vietnamese.fold(tag) in map(vietnamese.fold, facts["tags"]))
    )


def is_of(code: str, competence: str) -> bool:
    """Whether a code is that of the competence or stands beneath it: "4.2" is of "4", "40" is not."""
    code, competence = vietnamese.fold(code), vietnamese.fold(competence)
    return code == competence or code.startswith(f"{competence}.")
