"""Questions answered by arranging: matching what belongs together, putting steps in order."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from chalicelib.errors import Fault
from chalicelib.http.models import Distinct, Inbound
from chalicelib.questions.parts import (
    MAX_CHOICES,
    Asked,
    AskedChoice,
    Picture,
    QuestionBase,
    Shown,
    Title,
    apart,
    arranged,
    lettered,
    name_of,
    once,
    pictured,
    unknown_choice,
    wrong_form,
)
from chalicelib.questions.responses import MAX_PARTS, Response, by_part, chosen

MIN_PARTS = 2


class Pair(Shown):
    """What is to be matched, and the text that it goes with. Several may go with the same text."""

    text: Title = Field(examples=["Mã dùng một lần"])
    match: Title = Field(examples=["OTP"])


class AskedMatching(Asked):
    """A matching as a learner sees it before answering."""

    kind: Literal["matching"]
    pairs: list[AskedChoice] = Field(description="What is to be matched.")
    targets: list[AskedChoice] = Field(description="What it can be matched with, in an order that tells nothing.")


class Matching(QuestionBase):
    """For each of several things, what it goes with; a target's id follows from its text, so that it tells nothing."""

    kind: Literal["matching"]
    pairs: Annotated[list[Pair], AfterValidator(apart)] = Field(
        default=[], max_length=MAX_CHOICES, description=f"At least {MIN_PARTS} when the question is published."
    )
    distractors: Annotated[list[Title], Distinct] = Field(
        default=[], max_length=MAX_CHOICES, description="Targets that nothing goes with."
    )
    partial: bool = Field(default=False, description="Each pair that is right earns its share.")

    def faults(self, response: Response) -> Iterator[Fault]:
        given = by_part(response)
        if given is None:
            yield wrong_form("Câu này cần đáp án cho từng mục.", "This question takes an answer for each entry.")
            return
        names, targets = {pair.id for pair in self.pairs}, self._targets()
        for name, target in given.items():
            if name not in names or (target and target not in targets):
                yield unknown_choice(name)

    def share(self, response: Response | None) -> Fraction:
        """Each pair counts alike, and a wrong one takes nothing away: it has cost the right one already (QTI 3.0,
        mapResponse over directedPair)."""
        given = by_part(response) or {}
        right = sum(given.get(name) == target for name, target in self.key().items())
        return Fraction(right, len(self.pairs)) if self.pairs else Fraction(0)

    def key(self) -> dict[str, str]:
        return {pair.id or "": name_of(pair.match) for pair in self.pairs}

    def canonical(self, response: Response | None) -> Response:
        return {name: target for name, target in sorted((by_part(response) or {}).items()) if target}

    def missing(self) -> Iterator[Fault]:
        if len(self.pairs) < MIN_PARTS:
            vi, en = f"Cần ít nhất {MIN_PARTS} cặp.", f"At least {MIN_PARTS} pairs are needed."
            yield Fault("pairs", "too_few_choices", vi, en)
        elif len(self._targets()) < MIN_PARTS:
            vi, en = "Mọi mục đều ghép với cùng một nội dung.", "Everything goes with the same text."
            yield Fault("pairs", "too_few_targets", vi, en)

    def asked(self, seed: str) -> AskedMatching:
        targets = self._targets()
        return AskedMatching(
            **self._shown(),
            kind=self.kind,
            pairs=[AskedChoice(id=pair.id or "", text=pair.text, picture=pair.picture) for pair in self.pairs],
            targets=[AskedChoice(id=name, text=targets[name]) for name in arranged(targets, seed)],
        )

    def named(self, *, hidden: bool) -> Self:
        return self.model_copy(update={"pairs": lettered(self.pairs)})

    def pictures(self) -> Iterator[tuple[str, str]]:
        yield from super().pictures()
        yield from pictured("pairs", self.pairs)

    def _targets(self) -> dict[str, str]:
        return {name_of(text): text for text in (*(pair.match for pair in self.pairs), *self.distractors)}


class Step(Inbound):
    """One of the things to be put in order. It has no id of its own: one that an author gave would tell its place."""

    text: Title = Field(examples=["Khoá thẻ trong ứng dụng ngân hàng"])
    picture: Picture | None = None

    @property
    def id(self) -> str:
        """What it is known by to who answers: it follows from what it shows."""
        return name_of(self.text, self.picture)


def _steps(items: list[Step]) -> list[Step]:
    once("text", (item.id for item in items))
    return items


class AskedOrdering(Asked):
    """Things to be put in order, as a learner sees them before: in an order that tells nothing."""

    kind: Literal["ordering"]
    items: list[AskedChoice]


class Ordering(QuestionBase):
    """Things to be put in order. They are written in the right one."""

    kind: Literal["ordering"]
    items: Annotated[list[Step], AfterValidator(_steps)] = Field(
        default=[],
        max_length=MAX_PARTS,
        description=f"In the right order, no two alike; at least {MIN_PARTS} when the question is published.",
    )
    partial: bool = Field(default=False, description="Each item that directly follows the right one earns its share.")

    def faults(self, response: Response) -> Iterator[Fault]:
        given = chosen(response)
        if given is None:
            yield wrong_form("Câu này cần danh sách theo thứ tự.", "This question takes a list in order.")
        elif not set(given) <= set(self.key()):
            yield unknown_choice()
        elif len(set(given)) < len(given):
            vi, en = "Mỗi mục chỉ được xếp một lần.", "Each entry is put into the order once."
            yield Fault("", "repeated", vi, en)

    def share(self, response: Response | None) -> Fraction:
        """The share of neighbours that are right: which item directly follows which. A single one that was moved
        spoils two places and not all of them (Moodle's ordering question: relative to the next item, excluding the
        last)."""
        given, key = chosen(response) or [], self.key()
        if len(key) < MIN_PARTS or len(given) > len(key):
            return Fraction(0)
        follows = dict(pairwise(given))
        return Fraction(sum(follows.get(one) == after for one, after in pairwise(key)), len(key) - 1)

    def key(self) -> list[str]:
        return [item.id for item in self.items]

    def canonical(self, response: Response | None) -> Response:
        return list(chosen(response) or ())

    def missing(self) -> Iterator[Fault]:
        if len(self.items) < MIN_PARTS:
            vi, en = f"Cần ít nhất {MIN_PARTS} mục.", f"At least {MIN_PARTS} entries are needed."
            yield Fault("items", "too_few_choices", vi, en)

    def asked(self, seed: str) -> AskedOrdering:
        shown = {item.id: item for item in self.items}
        items = [
            AskedChoice(id=name, text=shown[name].text, picture=shown[name].picture) for name in arranged(shown, seed)
        ]
        return AskedOrdering(**self._shown(), kind=self.kind, items=items)

    def pictures(self) -> Iterator[tuple[str, str]]:
        yield from super().pictures()
        yield from pictured("items", self.items)
