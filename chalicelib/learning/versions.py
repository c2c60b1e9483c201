"""Which published versions of a course this container has met learners on.

A progress report must be written without reading the enrolment first, so its condition names the versions it is good
for. A learner on a version that this container has not met yet costs a second call, once: from then on it is named.
"""

from __future__ import annotations

from chalicelib.courses import catalogue
from chalicelib.courses.outline import Outline
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space

_MOST = 8  # versions of one course with people in mid-course on them
_met: Remembered[tuple[str, str], tuple[int, ...]] = Remembered(20_000)


def pinned(space: Space, course_id: str, version: int) -> Outline:
    """The outline of a version that someone is pinned to. 0 calls warm. Raises: NotFound."""
    outline = catalogue.outline(space, course_id, version)
    key = (space.slug, course_id)
    met = _met.get(key, tuple)
    if version not in met:
        _met.keep(key, (version, *met)[:_MOST])
    return outline


def current(space: Space, course_id: str) -> Outline:
    """The newest published version, also of a course that is archived: who is in mid-course may finish it.

    0 calls warm. Raises: NotFound.
    """
    version = catalogue.card(space, course_id).version
    if version is None:
        raise NotFound
    return catalogue.outline(space, course_id, version)


def likely(space: Space, course_id: str) -> list[Outline]:
    """The outlines that a learner of this course may be on, as far as this container knows: those it has met, else the
    newest. 0 calls warm, and nothing to be asked anew each minute, since versions never change. Raises: NotFound."""
    met = _met.get((space.slug, course_id), tuple)
    if not met:
        return [current(space, course_id)]
    return [catalogue.outline(space, course_id, version) for version in met]
