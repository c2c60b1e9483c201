"""Who may do what, as data: roles give permissions, operations ask for one, and a test walks every pair."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Role = Literal["operator", "admin", "author", "tutor", "learner"]
SPACE_ROLES: tuple[Role, ...] = ("admin", "author", "tutor", "learner")


class Permission(StrEnum):
    """What an operation asks of whoever calls it."""

    ANYONE = "anyone"  # no token needed
    SIGNED_IN = "signed_in"
    LEARN = "learn"
    READ_DRAFTS = "read_drafts"
    EDIT_COURSES = "edit_courses"
    ANSWER = "answer"  # learners' questions, and to see to it that they are fit to be read
    READ_LEARNERS = "read_learners"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SPACE = "manage_space"
    OPERATE = "operate"  # the central ministry's operators, on the control plane


ANYONE = Permission.ANYONE
SIGNED_IN = Permission.SIGNED_IN
LEARN = Permission.LEARN
READ_DRAFTS = Permission.READ_DRAFTS
EDIT_COURSES = Permission.EDIT_COURSES
ANSWER = Permission.ANSWER
READ_LEARNERS = Permission.READ_LEARNERS
MANAGE_PEOPLE = Permission.MANAGE_PEOPLE
MANAGE_SPACE = Permission.MANAGE_SPACE
OPERATE = Permission.OPERATE

# Everyone who works in a space may also learn in it: an author takes the course she wrote.
GRANTS: dict[Role, frozenset[Permission]] = {
    "operator": frozenset({SIGNED_IN, OPERATE}),
    "admin": frozenset(
        {SIGNED_IN, LEARN, READ_DRAFTS, EDIT_COURSES, ANSWER, READ_LEARNERS, MANAGE_PEOPLE, MANAGE_SPACE}
    ),
    "author": frozenset({SIGNED_IN, LEARN, READ_DRAFTS, EDIT_COURSES, ANSWER}),
    "tutor": frozenset({SIGNED_IN, LEARN, READ_DRAFTS, ANSWER, READ_LEARNERS}),
    "learner": frozenset({SIGNED_IN, LEARN}),
}

# What the staff of a suspended space may still do is to look and to export.
STAFF: frozenset[Role] = frozenset({"operator", "admin"})


def allows(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles gives the permission."""
    return permission is ANYONE or any(permission in GRANTS[role] for role in roles)
