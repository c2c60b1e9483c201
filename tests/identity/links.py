"""Inviting, accepting and resetting, as tests do them."""

from __future__ import annotations

from typing import Any

from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.identity import mailbox
from tests.identity.people import OTHER_PASSWORD, PASSWORD

INVITED = {"name": "Lê Thị Bình", "email": "Binh@Hue.example", "roles": ["author", "learner"]}


def invited(hue: OpenedSpace, aws: Cloud, email: str, **more: Any) -> tuple[str, str]:
    """The id of someone invited, and the token of their link."""
    body = {**INVITED, "email": email, **more}
    person = hue.admin.post(hue.at("/people"), body).ok(201)
    mailbox.deliver(aws)
    return person["id"], mailbox.token(mailbox.to(email)[-1])


def accept(hue: OpenedSpace, token: str, password: str = PASSWORD, **more: Any) -> Reply:
    return Api().post(hue.at(f"/invitations/{token}"), {"password": password, **more})


def reset_token(hue: OpenedSpace, aws: Cloud, email: str) -> str:
    Api().post(hue.at("/password-resets"), {"login": email}).ok(202)
    mailbox.deliver(aws)
    return mailbox.token(mailbox.to(email)[-1])


def reset(hue: OpenedSpace, token: str, password: str = OTHER_PASSWORD) -> Reply:
    return Api().post(hue.at(f"/password-resets/{token}"), {"password": password})
