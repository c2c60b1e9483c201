"""An assessment that certifies, whose keys are corrected after it was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api import Api
from tests.assessment.taking import Exam, Taker, exam
from tests.banks.filling import BankRef, begin, typed
from tests.emulated import Cloud
from tests.factories import OpenedSpace


@dataclass(frozen=True)
class Graded:
    """An exam of two questions, one of them enough; somebody who answered ``Huế`` to the first, right to the second."""

    aws: Cloud
    exam: Exam
    bank: BankRef
    items: tuple[str, str]
    taker: Taker

    def keyed(self, first: str, second: str = "Hà Nội") -> None:
        """Correct both keys and grade anew; what follows is not applied yet."""
        admin = self.exam.space.admin
        for item, right in zip(self.items, (first, second), strict=True):
            etag = self.exam.space.author.get(self.bank.item(item)).headers["etag"]
            self.bank.correct(item, typed(f"Thủ đô {self.items.index(item)}?", right), etag=etag).ok()
        job = admin.post(self.exam.at("/regradings")).ok(202)["job"]
        while self.aws.run_jobs():
            pass
        admin.post(self.exam.at(f"/regradings/{job}/application")).ok(202)
        while self.aws.run_jobs():
            pass

    def held(self) -> list[Any]:
        """What they were issued, as it is now."""
        found = self.taker.api.get(self.exam.space.at("/me/credentials")).ok()["items"]
        return sorted(found, key=lambda each: each["issued_at"])

    def states(self) -> list[str]:
        """What became of each."""
        return sorted(each["state"] for each in self.held())

    def valid(self) -> Any:
        """The page of the one that holds."""
        (number,) = (each["id"] for each in self.held() if each["state"] == "valid")
        return Api().get(f"/credentials/{number}").ok()


def sat(aws: Cloud, hue: OpenedSpace, person_id: str) -> Graded:
    """Have somebody take it; what follows is done."""
    bank = begin(hue)
    items = (bank.add(typed("Thủ đô 0?", "Huế")), bank.add(typed("Thủ đô 1?", "Hà Nội")))
    fixed = [{"bank": bank.id, "item": item} for item in items]
    taken = exam(hue, bank, pass_mark=50, parts=[{"kind": "fixed", "items": fixed}])
    taker = taken.taker(person_id)
    answer(taker)
    aws.drain()
    return Graded(aws, taken, bank, items, taker)


def answer(taker: Taker) -> None:
    """Take it as the one above did."""
    for question in taker.start().ok(201)["questions"]:
        taker.save(question, "Huế" if "0" in str(question["prompt"]) else "Hà Nội").ok()
    taker.submit().ok()
