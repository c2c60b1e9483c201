"""Questions answered by touching places in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.errors import Fault
from chalicelib.http.models import Inbound, without_tags
from chalicelib.questions.parts import Asked, Picture, QuestionBase, wrong_form
from chalicelib.questions.responses import MAX_POINTS, Point, Portion, Response, touched

MAX_AREAS = 20


class MeasuredPicture(Picture):
    """A picture whose shape is known, so that a circle in it is round and a page leaves room for it."""

    width: int = Field(ge=1, le=20_000, description="Pixels.")
    height: int = Field(ge=1, le=20_000, description="Pixels.")


class Circle(Inbound):
    """A circle; ``r`` is a portion of the picture's width."""

    shape: Literal["circle"]
    x: Portion
    y: Portion
    r: Portion

    def holds(self, point: Point, flatness: float) -> bool:
        """Whether a point is inside; ``flatness`` is the picture's height by its width."""
        return (point["x"] - self.x) ** 2 + ((point["y"] - self.y) * flatness) ** 2 <= self.r**2


class Rectangle(Inbound):
    """A rectangle by its upper left corner and its size."""

    shape: Literal["rectangle"]
    x: Portion
    y: Portion
    width: Portion
    height: Portion

    def holds(self, point: Point, flatness: float) -> bool:
        """Whether a point is inside."""
        return 0 <= point["x"] - self.x <= self.width and 0 <= point["y"] - self.y <= self.height


class Polygon(Inbound):
    """An area by its corners."""

    shape: Literal["polygon"]
    points: list[Point] = Field(min_length=3, max_length=50)

    def holds(self, point: Point, flatness: float) -> bool:
        """Whether a point is inside: a line from it to the right crosses the border an odd number of times."""
        inside, x, y = False, point["x"], point["y"]
        for one, other in zip(self.points, [*self.points[1:], self.points[0]], strict=True):
            if (one["y"] > y) != (other["y"] > y):
                at = one["x"] + (y - one["y"]) * (other["x"] - one["x"]) / (other["y"] - one["y"])
                inside ^= x < at
        return inside


Area = Annotated[
    Circle | Rectangle | Polygon,
    Field(discriminator="shape"),
    without_tags(("circle", "rectangle", "polygon"), "shape"),
]


class AskedHotSpot(Asked):
    """A picture to touch as a learner sees it before answering: where is not said."""

    kind: Literal["hot_spot"]
    picture: MeasuredPicture | None
    touches: int = Field(description="How many places to touch.")


class HotSpot(QuestionBase):
    """A picture in which the right places are to be touched."""

    kind: Literal["hot_spot"]
    picture: MeasuredPicture | None = Field(default=None, description="Needed when the question is published.")
    areas: list[Area] = Field(default=[], max_length=MAX_AREAS, description="The right places; each counts once.")
    touches: int = Field(
        default=1, ge=1, le=MAX_POINTS, description="How many places are to be touched, each in another area."
    )
    partial: bool = Field(default=False, description="Each place that is right earns its share.")

    def faults(self, response: Response) -> Iterator[Fault]:
        points = touched(response)
        if points is None:
            yield wrong_form("Câu này cần các điểm trên hình.", "This question takes points in the picture.")
        elif len(points) > self.touches:
            vi, en = f"Chỉ được chạm {self.touches} điểm.", f"Only {self.touches} places may be touched."
            yield Fault("", "too_many_points", vi, en)

    def share(self, response: Response | None) -> Fraction:
        """The share of the places asked for that are right. An area counts once however often it is touched, and what
        is outside counts nothing (QTI 3.0, mapResponsePoint)."""
        points = touched(response) or []
        if self.picture is None or not self.areas or len(points) > self.touches:
            return Fraction(0)
        flatness = self.picture.height / self.picture.width
        around = [[at for at, area in enumerate(self.areas) if area.holds(point, flatness)] for point in points]
        return Fraction(_most_apart(around), self.touches)

    def key(self) -> list[Area]:
        return self.areas

    def canonical(self, response: Response | None) -> Response:
        return list(touched(response) or ())

    def missing(self) -> Iterator[Fault]:
        if self.picture is None:
            yield Fault("picture", "no_picture", "Chưa có hình.", "There is no picture.")
        if len(self.areas) < self.touches:
            vi = "Cần ít nhất một vùng đúng cho mỗi lần chạm."
            yield Fault("areas", "too_few_areas", vi, "Each touch needs a right area.")

    def asked(self, seed: str) -> AskedHotSpot:
        return AskedHotSpot(**self._shown(), kind=self.kind, picture=self.picture, touches=self.touches)

    def pictures(self) -> Iterator[tuple[str, str]]:
        yield from super().pictures()
        if self.picture is not None:
            yield "picture", self.picture.file


def _most_apart(around: Sequence[Sequence[int]]) -> int:
    """How many points can be given an area of their own, each one that it lies in: areas may overlap, and the order of
    touching must not matter (augmenting paths of a bipartite matching)."""
    owner: dict[int, int] = {}

    def place(point: int, tried: set[int]) -> bool:
        for area in around[point]:
            if area not in tried:
                tried.add(area)
                if area not in owner or place(owner[area], tried):
                    owner[area] = point
                    return True
        return False

    return sum(place(point, set()) for point in range(len(around)))
