"""What a person signs in with: an e-mail address or a Vietnamese phone number, in the one form that is stored.

One form each is what makes an identifier unique: ``0912 345 678``, ``84912345678`` and ``+84 912.345.678`` are one
telephone, ``An@Hue.example`` and ``an@hue.example`` one mailbox. Why the rules are ours and not a library's:
``docs/decisions/identifiers.md``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from chalicelib import vietnamese
from chalicelib.errors import rule

Kind = Literal["email", "phone"]
EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_LOCAL_LENGTH = 64  # RFC 5321, 4.5.3.1.1
LOGIN_LENGTH = EMAIL_LENGTH

# What browsers accept in <input type=email> (HTML Living Standard, "valid e-mail address"), and tighter where mail
# servers are: no dot at an end of the local part nor two in a row, and a domain of at least two labels.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")

# Circular 22/2014/TT-BTTTT and the renumberings of 2017 (area codes) and 2018 (mobiles of ten digits): after the
# trunk 0, a mobile has nine digits that begin with 3, 5, 7, 8 or 9, a landline ten that begin with 2.
_NATIONAL = re.compile(r"[35789]\d{8}|2\d{9}")
_GROUPING = re.compile(r"[\s.\-()\u2010-\u2015]")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """An identifier in its stored form: a lower-case address, or a number in E.164. Made by :func:`parse`."""

    kind: Kind
    value: str


def parse(text: str) -> Identifier:
    """The identifier that a person wrote. Raises: PydanticCustomError, in words for whoever wrote it."""
    return Identifier("email", email(text)) if "@" in text or "＠" in text else Identifier("phone", phone(text))


def stored(value: str) -> Identifier:
    """The identifier of a value that :func:`parse` has given before."""
    return Identifier("email" if "@" in value else "phone", value)


def email(text: str) -> str:
    """The address, lower-cased: mailboxes that differ in case alone are one to every provider we know of.

    Raises: PydanticCustomError (``email_invalid``, ``email_not_ascii``, ``email_too_long``).
    """
    address = _plain(text).lower()
    local, _, domain = address.rpartition("@")
    if not address.isascii():
        raise rule(*_EMAIL_NOT_ASCII)
    if len(address) > EMAIL_LENGTH or len(local) > _LOCAL_LENGTH:
        raise rule(*_EMAIL_TOO_LONG)
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise rule(*_EMAIL_INVALID)
    return address


def phone(text: str) -> str:
    """The number in E.164. Raises: PydanticCustomError (``phone_invalid``, ``phone_foreign``)."""
    digits = _GROUPING.sub("", _plain(text))
    if digits.startswith(("+", "00")) and not digits.startswith(("+84", "0084")):
        raise rule(*_PHONE_FOREIGN)
    national = re.sub(r"^(?:\+84|0084|84(?=\d{9,11}$))0?|^0", "", digits, count=1)
    if national == digits or not digits.removeprefix("+").isascii() or not _NATIONAL.fullmatch(national):
        raise rule(*_PHONE_INVALID)
    return f"+84{national}"


def _plain(text: str) -> str:
    """Full-width letters and digits (some keyboards write them) as the plain ones that they stand for."""
    return vietnamese.clean_line(unicodedata.normalize("NFKC", text))


_EMAIL_INVALID = (
    "email_invalid",
    "Địa chỉ email chưa đúng, ví dụ đúng: nguyenvanan@hue.example.",
    "This e-mail address is not right; a right one looks like nguyenvanan@hue.example.",
)
_EMAIL_NOT_ASCII = (
    "email_not_ascii",
    "Địa chỉ email không có dấu tiếng Việt. Hãy tắt bộ gõ rồi nhập lại.",
    "An e-mail address has no accented letters. Turn the Vietnamese keyboard off and type it again.",
)
_EMAIL_TOO_LONG = (
    "email_too_long",
    "Địa chỉ email quá dài: không quá 254 ký tự, phần trước @ không quá 64.",
    "This e-mail address is too long: at most 254 characters, of which 64 before the @.",
)
_PHONE_INVALID = (
    "phone_invalid",
    "Số điện thoại chưa đúng, ví dụ đúng: 0912 345 678. Bạn cũng có thể dùng địa chỉ email.",
    "This phone number is not right; a right one looks like 0912 345 678. An e-mail address will do too.",
)
_PHONE_FOREIGN = (
    "phone_foreign",
    "Chỉ nhận số điện thoại Việt Nam (+84). Với số nước ngoài, hãy dùng địa chỉ email.",
    "Only Vietnamese numbers (+84) are taken. With a foreign number, use an e-mail address.",
)


def _bounded(value: Any) -> Any:
    # Cut off before any work is done on it; what is cut was too long for an identifier anyway.
    return value[: LOGIN_LENGTH * 2] if isinstance(value, str) else value


def _login(text: str) -> str:
    return parse(text).value


Email = Annotated[
    str,
    BeforeValidator(_bounded),
    AfterValidator(email),
    Field(
        json_schema_extra={"format": "email", "maxLength": EMAIL_LENGTH},
        examples=["nguyenvanan@hue.example"],
        description="An e-mail address.",
    ),
]
Login = Annotated[
    str,
    BeforeValidator(_bounded),
    AfterValidator(_login),
    Field(
        json_schema_extra={"maxLength": LOGIN_LENGTH},
        examples=["0912 345 678", "nguyenvanan@hue.example"],
        description="An e-mail address or a Vietnamese phone number, however it is grouped.",
    ),
]
