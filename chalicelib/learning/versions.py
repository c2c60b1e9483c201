"""Which published versions of a course this container has met learners on.

A progress report must be written without reading the enrolment first, so its condition names the versions it is good
for. Most learners are on the current one; those in mid-course on an older one cost a second call only until this
container has met the first of them.
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
    """The outlines that a learner of this course may be on, as far as this container knows, the newest first. 0 calls
    warm. Raises: NotFound."""
    newest = current(space, course_id)
    met = _met.get((space.slug, course_id), tuple)
    return [newest, *(catalogue.outline(space, course_id, each) for each in met if each != newest.version)]
