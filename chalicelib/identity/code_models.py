"""Activation codes and one-time codes, as they cross the boundary."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.http.models import Id, Inbound, Outbound
from chalicelib.identity.passwords import NewPassword
from chalicelib.people.identifiers import LOGIN_LENGTH

TypedLogin = Annotated[
    str,
    StringConstraints(max_length=LOGIN_LENGTH * 2),
    Field(
        description="The e-mail address, phone number, staff code or identity number, however it is grouped.",
        examples=["CB0000001"],
    ),
]


class ActivationCode(Outbound):
    """A person's new activation code; it can be printed again until it is used."""

    person: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    login: str | None = Field(description="What to type with it.", examples=["CB0000001"])
    code: str = Field(examples=["K7QPM-3XW0D"])
    address: str = Field(description="Where to type it.", examples=["https://hocmo.example.vn/s/hue/activation"])


class Activation(Inbound):
    """Coming in for the first time."""

    login: TypedLogin
    code: Annotated[str, StringConstraints(max_length=40)] = Field(
        description="The code of the slip, in any case, with or without its hyphen.", examples=["K7QPM-3XW0D"]
    )
    password: NewPassword | None = Field(
        default=None, description="Needed by whoever has no e-mail address or mobile number to get one-time codes by."
    )


class CodeRequest(Inbound):
    """Who wants a one-time code."""

    login: TypedLogin


class CodeCredentials(Inbound):
    """What a person signs in with instead of a password."""

    login: TypedLogin
    code: Annotated[str, StringConstraints(pattern=r"^ ?[0-9]{3} ?[0-9]{3} ?$")] = Field(
        description="Six digits.", examples=["482913"]
    )
