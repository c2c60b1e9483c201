"""The paper of a sitting: which questions, in which order; how they are asked, and what answers to them earn.

A question goes by its number on the paper. What is stored is immutable, and drawn again gives the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from chalicelib.assessment import freezing, keys
from chalicelib.assessment.drawing import draw
from chalicelib.assessment.freezing import Frozen, ref_of
from chalicelib.banks import contents
from chalicelib.banks.contents import Content, Ref
from chalicelib.people import space_key
from chalicelib.questions import marking
from chalicelib.questions.marking import Marked
from chalicelib.questions.models import AnyQuestion, AskedQuestion
from chalicelib.questions.responses import Response
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: ``person`` and ``number`` are those that it was drawn for, whoever's account it is in by now."""

    assessment: str
    version: int
    person: str
    number: int
    refs: tuple[Ref, ...]

    def seed(self, space: Space) -> str:
        """What it was drawn by: nobody can tell it without the space's key."""
        parts = (self.assessment, str(self.version), self.person, str(self.number))
        return space_key.mac(space, "draw", *parts).hex()


def drawn(space: Space, frozen: Frozen, person_id: str, number: int) -> Paper:
    """The paper of that person's sitting: the same whenever it is drawn. 0 calls when warm."""
    paper = Paper(frozen.assessment, frozen.version, person_id, number, ())
    refs = draw(frozen.parts, paper.seed(space), shuffled=frozen.terms.shuffle_questions)
    return replace(paper, refs=refs)


def stored(paper: Paper) -> Item:
    """A paper as it is stored."""
    pk, sk = keys.paper(paper.person, paper.assessment, paper.number)
    refs = [f"{ref.bank}.{ref.item}.{ref.version}.{ref.key}" for ref in paper.refs]
    return {"pk": pk, "sk": sk, "v": paper.version, "p": paper.person, "n": paper.number, "refs": refs}


def of_item(item: Item) -> Paper:
    """A stored paper."""
    _, assessment_id, _ = item["sk"].split("#")
    refs = tuple(ref_of(*each.split(".", 1)) for each in item["refs"])
    return Paper(assessment_id, item["v"], item["p"], item["n"], refs)


def newest_keys(space: Space, paper: Paper) -> tuple[Ref, ...]:
    """Its questions with their keys as corrected by now: 1 call when warm."""
    corrected = key_revisions(space, [paper], paper.refs)
    return tuple(replace(ref, key=corrected[ref]) for ref in paper.refs)


def key_revisions(space: Space, drawn: Iterable[Paper], wanted: Collection[Ref]) -> dict[Ref, int]:
    """How often the keys of these questions were corrected by now, which are on those papers: 1 call for each hundred
    when warm. Those of national banks as far as the centre has brought them: it is not asked."""
    versions = {(paper.assessment, paper.version) for paper in drawn}
    national = {bank for version in versions for bank in freezing.read(space, *version).national}
    return contents.key_revisions(space, wanted, national)


def questions(found: Mapping[Ref, Content], refs: Sequence[Ref]) -> list[AnyQuestion]:
    """The questions, each by its number on the paper."""
    return [found[ref].question.model_copy(update={"id": str(place)}) for place, ref in enumerate(refs, 1)]


def asked(space: Space, paper: Paper) -> tuple[list[AskedQuestion], dict[str, str]]:
    """The questions without their keys, and where their pictures are: 0 calls when warm, else 1."""
    found, seed = contents.contents(space, paper.refs), paper.seed(space)
    pictures = {name: address for each in found.values() for name, address in each.addresses().items()}
    return [marking.asked(each, f"{seed}{each.id}") for each in questions(found, paper.refs)], pictures


def answers(sheet: Item) -> dict[str, Response]:
    """The answers of a sheet, by question."""
    return {name[2:]: value for name, value in sheet.items() if name.startswith("a_")}


def marked(found: Mapping[Ref, Content], refs: Sequence[Ref], sheet: Item, *, partial: bool) -> list[Marked]:
    """Each question with what its answer earns. No I/O."""
    given = answers(sheet)
    return [marking.mark(each, given.get(each.id or ""), partial=partial) for each in questions(found, refs)]


def shares(marks: Sequence[Marked]) -> list[str]:
    """Of each question's points, what was earned: exact."""
    return [str(each.share) for each in marks]


def share(text: str) -> Fraction:
    """What :func:`shares` wrote."""
    return Fraction(text)
