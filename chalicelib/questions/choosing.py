"""Questions answered by choosing: one of several, some of several, true or false."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from chalicelib.errors import Fault
from chalicelib.http.models import prose
from chalicelib.questions.parts import (
    MAX_CHOICES,
    MIN_CHOICES,
    Asked,
    AskedChoice,
    QuestionBase,
    Shown,
    Title,
    apart,
    arranged,
    lettered,
    name_of,
    pictured,
    unknown_choice,
    wrong_form,
)
from chalicelib.questions.responses import Response, chosen

Feedback = Annotated[str, prose(1_000)]


class Choice(Shown):
    """One possible answer."""

    text: Title = Field(examples=["Không, dù người gọi tự xưng là ai"])
    correct: bool = False
    feedback: Feedback = Field(default="", examples=["Đúng. Ngân hàng không bao giờ hỏi mã OTP."])


class _Choosing(QuestionBase):
    """What is answered by ids of choices. Order and repetition of what was chosen say nothing. Each kind says which
    choices it has (the first three)."""

    def rights(self) -> frozenset[str]:
        """The ids of the right choices."""
        raise NotImplementedError

    def among(self) -> frozenset[str]:
        """The ids of all choices."""
        raise NotImplementedError

    def one_only(self) -> bool:
        """Whether a single choice may be taken."""
        raise NotImplementedError

    def faults(self, response: Response) -> Iterator[Fault]:
        taken = chosen(response)
        if taken is None:
            vi, en = "Câu này cần danh sách các lựa chọn.", "This question takes a list of choices."
            yield wrong_form(vi, en)
        elif not self.among().issuperset(taken):
            yield unknown_choice()
        elif self.one_only() and len(set(taken)) > 1:
            yield Fault("", "one_choice_only", "Chỉ được chọn một đáp án.", "Only one choice is allowed.")

    def share(self, response: Response | None) -> Fraction:
        """Each right choice counts its share of the right ones, each wrong choice takes away its share of the wrong
        ones, and nothing falls below 0: so ticking everything is worth nothing (QTI 3.0, mapResponse: the mapped values
        of distinct choices are summed, and bounded below by lowerBound 0)."""
        rights, taken = self.rights(), frozenset(chosen(response) or ())
        if not rights or (self.one_only() and taken != rights):
            return Fraction(0)
        wrongs = self.among() - rights
        gained = Fraction(len(taken & rights), len(rights))
        lost = Fraction(len(taken - rights), max(len(wrongs), 1))
        return max(gained - lost, Fraction(0))

    def key(self) -> list[str]:
        return sorted(self.rights())

    def canonical(self, response: Response | None) -> Response:
        return sorted(set(chosen(response) or ()))


class AskedChoices(Asked):
    """A question with choices as a learner sees it before answering: which of them are right is not said."""

    kind: Literal["single", "multiple"]
    choices: list[AskedChoice]


class ChoiceQuestion(_Choosing):
    """A question with one right choice (``single``) or with one or more (``multiple``)."""

    kind: Literal["single", "multiple"]
    choices: Annotated[list[Choice], AfterValidator(apart)] = Field(
        default=[], max_length=MAX_CHOICES, description=f"At least {MIN_CHOICES} when the question is published."
    )
    partial: bool = Field(
        default=False, description="`multiple`: each right choice earns its share, each wrong one takes its share away."
    )
    shuffle: bool = Field(
        default=False,
        description="Ask for the choices in another order than the one written; the server then names them anew, by "
        "ids that tell nothing.",
    )

    def rights(self) -> frozenset[str]:
        return frozenset(choice.id or "" for choice in self.choices if choice.correct)

    def among(self) -> frozenset[str]:
        return frozenset(choice.id or "" for choice in self.choices)

    def one_only(self) -> bool:
        return self.kind == "single"

    def partly(self) -> bool:
        return self.partial and self.kind == "multiple"

    def missing(self) -> Iterator[Fault]:
        if len(self.choices) < MIN_CHOICES:
            vi, en = f"Cần ít nhất {MIN_CHOICES} lựa chọn.", f"At least {MIN_CHOICES} choices are needed."
            yield Fault("choices", "too_few_choices", vi, en)
        right = sum(choice.correct for choice in self.choices)
        if right == 0:
            yield Fault("choices", "no_right_choice", "Chưa có lựa chọn nào đúng.", "None of the choices is right.")
        elif right > 1 and self.kind == "single":
            vi, en = "Câu hỏi một lựa chọn chỉ có một đáp án đúng.", "A single-choice question has one right choice."
            yield Fault("choices", "several_right_choices", vi, en)

    def asked(self, seed: str) -> AskedChoices:
        shown = {each.id or "": each for each in self.choices}
        order = arranged(shown, seed) if self.shuffle else list(shown)
        choices = [AskedChoice(id=name, text=shown[name].text, picture=shown[name].picture) for name in order]
        return AskedChoices(**self._shown(), kind=self.kind, choices=choices)

    def named(self, *, hidden: bool) -> Self:
        if hidden or self.shuffle:
            return self.model_copy(update={"choices": list(_hidden(self.choices))})
        return self.model_copy(update={"choices": lettered(self.choices)})

    def pictures(self) -> Iterator[tuple[str, str]]:
        yield from super().pictures()
        yield from pictured("choices", self.choices)

    def feedback(self, response: Response | None, *, everything: bool) -> dict[str, str]:
        taken = chosen(response) or ()
        return {
            each.id or "": each.feedback for each in self.choices if each.feedback and (everything or each.id in taken)
        }


def _hidden(choices: list[Choice]) -> Iterator[Choice]:
    """The choices named by what they show; of those that show the same, all but the first get a number besides."""
    seen: dict[str, int] = {}
    for choice in choices:
        name = name_of(choice.text, choice.picture)
        seen[name] = seen.get(name, 0) + 1
        yield choice.model_copy(update={"id": name if seen[name] == 1 else f"{name}-{seen[name]}"})


class AskedTrueFalse(Asked):
    """A statement as a learner sees it before answering: ``true`` and ``false`` are the choices."""

    kind: Literal["true_false"]


class TrueFalse(_Choosing):
    """A statement that is true or false; it is answered by ``["true"]`` or ``["false"]``."""

    kind: Literal["true_false"]
    right: bool = Field(description="Whether the statement in the prompt is true.")
    feedback_true: Feedback = Field(default="", description="Said to who answers `true`.")
    feedback_false: Feedback = Field(default="", description="Said to who answers `false`.")

    def rights(self) -> frozenset[str]:
        return frozenset({"true" if self.right else "false"})

    def among(self) -> frozenset[str]:
        return frozenset({"true", "false"})

    def one_only(self) -> bool:
        return True

    def asked(self, seed: str) -> AskedTrueFalse:
        return AskedTrueFalse(**self._shown(), kind=self.kind)

    def feedback(self, response: Response | None, *, everything: bool) -> dict[str, str]:
        taken = chosen(response) or ()
        said = {"true": self.feedback_true, "false": self.feedback_false}
        return {name: text for name, text in said.items() if text and (everything or name in taken)}
