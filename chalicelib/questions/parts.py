"""What questions of every kind have, and the parts that they are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, Field

from chalicelib import ids, rich_text
from chalicelib.errors import Fault, rule
from chalicelib.http.models import Id, Inbound, Outbound, RichText, line, prose, several
from chalicelib.questions.responses import PartId, Response

MIN_CHOICES = 2
MAX_CHOICES = 12
MAX_STIMULUS_BYTES = 20_000
_HIDDEN_CHARACTERS = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Title = Annotated[str, line(500)]
Json = dict[str, Any]


def _short(stimulus: rich_text.Json) -> rich_text.Json:
    if len(json.dumps(stimulus, ensure_ascii=False).encode()) > MAX_STIMULUS_BYTES:
        kilobytes = MAX_STIMULUS_BYTES // 1_000
        vi, en = f"Phần dẫn không quá {kilobytes} KB.", f"A stimulus has at most {kilobytes} KB."
        raise rule("stimulus_too_large", vi, en)
    return stimulus


Stimulus = Annotated[RichText, AfterValidator(_short)]


class Picture(Inbound):
    """An uploaded PNG, JPEG, WebP or GIF, and what it shows in words for who does not see it."""

    file: Id
    alt: Title = Field(examples=["Màn hình yêu cầu nhập mã OTP"])


class Shown(Inbound):
    """A part of a question that shows a text, a picture, or both, and goes by an id."""

    id: PartId | None = None
    text: Title
    picture: Picture | None = None


Part = TypeVar("Part", bound=Shown)


class Asked(Outbound):
    """What questions of every kind show before they are answered."""

    id: str = Field(examples=["q1"])
    prompt: str
    stimulus: dict[str, Any] | None = Field(description="What stands above the prompt: rich text, with pictures.")
    points: int


class AskedChoice(Outbound):
    """A choice as a learner sees it before answering."""

    id: str
    text: str
    picture: Picture | None = None


class QuestionBase(Inbound):
    """A question of any kind: its rules are pure. All that a kind must be able to do is named here; each says how, and
    what is not said fails at once."""

    id: PartId | None = Field(default=None, description="Given by the server when absent.")
    prompt: Annotated[str, prose(2_000, 1)] = Field(examples=["Có nên đọc mã OTP cho người gọi điện không?"])
    stimulus: Stimulus | None = Field(
        default=None, description="What stands above the prompt: rich text, with pictures, at most 20 KB."
    )
    explanation: Annotated[str, prose(2_000)] = Field(default="", description="Shown after answering.")
    points: int = Field(default=1, ge=1, le=100, description="What it counts for among other questions.")

    def faults(self, response: Response) -> Iterator[Fault]:
        """What cannot be an answer to this question; paths are below the answer."""
        raise NotImplementedError

    def share(self, response: Response | None) -> Fraction:
        """How much of the question is answered right, 0 to 1; 1 for nothing but a wholly right answer. An answer that
        :meth:`faults` finds something wrong with is worth nothing, or its right parts: it never raises."""
        raise NotImplementedError

    def key(self) -> Any:
        """The right answer as it is told."""
        raise NotImplementedError

    def canonical(self, response: Response | None) -> Response:
        """The answer in the one form in which it is kept; what was not answered is an empty answer."""
        raise NotImplementedError

    def missing(self) -> Iterator[Fault]:
        """What it still needs before it can be asked; paths are below the question. Nothing, unless a kind says so."""
        yield from ()

    def asked(self, seed: str) -> Asked:
        """The question without its key; ``seed`` decides the order of what is shuffled."""
        raise NotImplementedError

    def named(self, *, hidden: bool) -> Self:
        """The question with an id for each part that has one; ``hidden``: ids that tell nothing of the order in which
        the author wrote the choices down, for whoever will shuffle them."""
        return self

    def partly(self) -> bool:
        """Whether an answer that is right in part earns a part of the points."""
        return bool(getattr(self, "partial", False))

    def pictures(self) -> Iterator[tuple[str, str]]:
        """The uploaded files that it shows, each with its path below the question."""
        if self.stimulus is not None:
            yield from (("stimulus", file_id) for file_id in rich_text.files(self.stimulus))

    def feedback(self, response: Response | None, *, everything: bool) -> dict[str, str]:
        """What the author says of each choice taken, or of ``everything``, by the choice's id."""
        return {}

    def _shown(self) -> dict[str, Any]:
        return {"id": self.id or "", "prompt": self.prompt, "stimulus": self.stimulus, "points": self.points}


def wrong_form(vi: str, en: str) -> Fault:
    """The answer has not the form that its question's kind asks for."""
    return Fault("", "wrong_form", vi, en)


def unknown_choice(path: str = "") -> Fault:
    """What was chosen is not among the choices."""
    return Fault(path, "unknown_choice", "Không có lựa chọn này.", "There is no such choice.")


def arranged(names: Iterable[str], seed: str) -> list[str]:
    """Names in an order that follows from the seed and the names alone: wherever the author had put them, this order
    is the same, so that it tells nothing of that."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}\x1f{name}".encode()).digest())


def name_of(text: str, picture: Picture | None = None) -> str:
    """The id of a part that is known by what it shows: it tells nothing else."""
    return ids.derived(text, picture.file if picture else "")[-_HIDDEN_CHARACTERS:]


def lettered(parts: Sequence[Part]) -> list[Part]:
    """The parts with an id for each that has none: a, b, c …"""
    taken = {part.id for part in parts}
    free = (letter for letter in _LETTERS if letter not in taken)
    return [part if part.id else part.model_copy(update={"id": next(free)}) for part in parts]


def pictured(field: str, parts: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The files of the parts' pictures, each with its path below the question."""
    return ((f"{field}.{place}.picture", part.picture.file) for place, part in enumerate(parts) if part.picture)


def once(path: str, values: Iterable[str]) -> None:
    """Refuse what is there twice, each at its place. ``path`` is the field of the entry that must differ, or empty."""
    seen: set[str] = set()
    faults: list[tuple[tuple[str | int, ...], Any]] = []
    for place, value in enumerate(values):
        if value in seen:
            at: tuple[str | int, ...] = (place, path) if path else (place,)
            faults.append((at, rule("repeated", "Danh sách có mục bị lặp lại.", "The list repeats an entry.")))
        seen.add(value)
    if faults:
        raise several(faults)


def apart(parts: list[Any]) -> list[Any]:
    """Refuse an id that another part of the same question has."""
    seen: set[str] = set()
    faults: list[tuple[tuple[str | int, ...], Any]] = []
    for place, part in enumerate(parts):
        if part.id in seen:
            vi, en = "Mã này đã dùng ở phần khác của câu hỏi.", "This id is used elsewhere in the question, too."
            faults.append(((place, "id"), rule("repeated_id", vi, en)))
        if part.id is not None:
            seen.add(part.id)
    if faults:
        raise several(faults)
    return parts
