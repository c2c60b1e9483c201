"""Whom an announcement may be for: everyone, an audience, and what the features above add to it.

A feature that knows a group of people adds it here when it is imported (``learning/announced.py``); announcing knows no
feature by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chalicelib.audiences import membership
from chalicelib.errors import NotFound
from chalicelib.metering import quotas
from chalicelib.people import members
from chalicelib.people.members import Group
from chalicelib.storage.spaces import Space

AddresseesKind = Literal["everyone", "audience", "course"]
_MOST_COUNTED = 10_000  # before an announcement is made: more is more


@dataclass(frozen=True, slots=True)
class Addressees:
    """A kind of group. ``require`` raises NotFound for one that is not there; ``page`` gives the next people after a
    position (empty: from the start) and the position to go on after (empty at the end), and ``count`` about how many
    there are, as far as ``most``."""

    require: Callable[[Space, str], object]
    page: Callable[[Space, str, str, int], tuple[list[str], str]]
    count: Callable[[Space, str], int]
    most: int


KINDS: dict[AddresseesKind, Addressees] = {}


def _page(space: Space, group: Group, position: str, limit: int) -> tuple[list[str], str]:
    found, position = members.page(space, group, position, limit)
    return [each.id for each in found if each.status != "deactivated"], position


def _require_audience(space: Space, audience: str) -> None:
    if audience not in membership.known(space).rules:
        raise NotFound


KINDS["everyone"] = Addressees(
    require=lambda space, _: None,
    page=lambda space, _, position, limit: _page(space, members.everyone(), position, limit),
    count=lambda space, _: quotas.learners(space),
    most=sys.maxsize,  # it is counted behind the requests
)
KINDS["audience"] = Addressees(
    require=_require_audience,
    page=lambda space, audience, position, limit: _page(space, members.of_audience(audience), position, limit),
    count=lambda space, audience: members.count(space, members.of_audience(audience), _MOST_COUNTED),
    most=_MOST_COUNTED,
)
