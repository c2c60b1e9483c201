"""What identity's tests begin with: somebody with a password, and ways to sign in."""

from __future__ import annotations

from typing import Any

from chalicelib.http.permissions import Role
from chalicelib.identity import registration
from chalicelib.people.person import Person
from tests.api import Api
from tests.factories import OpenedSpace

PASSWORD = "chim-sáo-qua-sông-Hương"
OTHER_PASSWORD = "mưa-chiều-trên-phố-cổ"


def somebody(
    hue: OpenedSpace, login: str = "an@hue.example", roles: tuple[Role, ...] = ("learner",), name: str = "Nguyễn Văn An"
) -> Person:
    """A person of the space with :data:`PASSWORD`."""
    return registration.ensure(hue.space, name, login, PASSWORD, roles)


def sign_in(hue: OpenedSpace, login: str = "an@hue.example", password: str = PASSWORD, api: Api | None = None) -> Any:
    """The tokens of someone who signs in."""
    return (api or Api()).post(hue.at("/sessions"), {"login": login, "password": password}).ok(200)


def as_signed_in(hue: OpenedSpace, login: str = "an@hue.example", password: str = PASSWORD) -> Api:
    """The API as someone who has signed in."""
    return Api(sign_in(hue, login, password)["access_token"])


def refresh(hue: OpenedSpace, token: str) -> Any:
    """The answer to using a refresh token."""
    return Api().post(hue.at("/sessions/refresh"), {"refresh_token": token})
