"""By what a person is known, each in the one form that is stored: e-mail address, Vietnamese phone number, staff code,
identity number, and the names that super-apps and single sign-on have for them.

One form each is what makes an identifier unique: ``0912 345 678``, ``84912345678`` and ``+84 912.345.678`` are one
telephone, ``An@Hue.example`` and ``an@hue.example`` one mailbox. Why the rules are ours and not a library's:
``docs/decisions/identifiers.md``. An identity number is stored as a keyed hash (``space_key.py``), never as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field

from chalicelib import vietnamese
from chalicelib.errors import rule

Kind = Literal["email", "phone", "staff_code", "national_id", "app", "sso"]
# What people type, in the order in which a login is looked for; the others are told by who vouches for the person.
TYPED: tuple[Kind, ...] = ("email", "phone", "national_id", "staff_code")
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
_TRUNK = re.compile(r"^(?:\+84|0084|84(?=\d{9,11}$))0?|^0")
_MOBILE = re.compile(r"\+84[35789]\d{8}")
_GROUPING = re.compile(r"[\s.\-()\u2010-\u2015]")

# A code of an organisation's own making: CB0000001, 12.345/TCT, ĐT-07.
STAFF_CODE_LENGTH = 32
_STAFF_CODE = re.compile(r"[^\W_](?:[\w./-]*[^\W_])?")
# 12 digits since 2016 (Circular 07/2016/TT-BCA, Law 26/2023/QH15); 9 on cards before.
_NATIONAL_ID = re.compile(r"\d{9}|\d{12}")
_VOUCHED = re.compile(r"(staff_code|national_id|app|sso):(.+)", re.DOTALL)


Parse = Callable[[str], str]


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """An identifier in its stored form: a lower-case address, a number in E.164, an upper-case staff code, an identity
    number's keyed hash with its last three digits, ``<app>:<subject>``, ``<provider>:<subject>``."""

    kind: Kind
    value: str

    @property
    def text(self) -> str:
        """As one string, which :func:`stored` takes back."""
        return self.value if self.kind in ("email", "phone") else f"{self.kind}:{self.value}"

    @property
    def vouched(self) -> bool:
        """Whether it is an app's or a provider's name for the person: nobody types it, and nobody edits it."""
        return self.kind in ("app", "sso")

    @property
    def shown(self) -> str:
        """As people may see it: of what is a secret, or another's name for the person, the last three characters."""
        return self.value if self.kind in ("email", "phone", "staff_code") else f"{MASK}{self.value[-3:]}"


def parse(text: str) -> Identifier:
    """The identifier that a person wrote. Raises: PydanticCustomError, in words for whoever wrote it."""
    return Identifier("email", email(text)) if "@" in text or "＠" in text else Identifier("phone", phone(text))


def stored(text: str) -> Identifier:
    """The identifier of an :attr:`Identifier.text`."""
    vouched = _VOUCHED.fullmatch(text)
    if vouched:
        return Identifier(cast(Kind, vouched[1]), vouched[2])
    return Identifier("email" if "@" in text else "phone", text)


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
    national = _TRUNK.sub("", digits, count=1)
    if national == digits or not digits.removeprefix("+").isascii() or not _NATIONAL.fullmatch(national):
        raise rule(*_PHONE_INVALID)
    return f"+84{national}"


def is_mobile(phone: str) -> bool:
    """Whether a number, as it is stored, is a mobile's: landlines begin with 2."""
    return _MOBILE.fullmatch(phone) is not None


def staff_code(text: str) -> str:
    """A staff code in capitals, without spaces. Raises: PydanticCustomError (``staff_code_invalid``)."""
    code = _plain(text).replace(" ", "").upper()
    if len(code) > STAFF_CODE_LENGTH or not _STAFF_CODE.fullmatch(code):
        raise rule(*_STAFF_CODE_INVALID)
    return code


def national_id(text: str) -> str:
    """The digits of an identity number, to be hashed. Raises: PydanticCustomError (``national_id_invalid``)."""
    digits = _GROUPING.sub("", _plain(text))
    if not digits.isascii() or not _NATIONAL_ID.fullmatch(digits):
        raise rule(*_NATIONAL_ID_INVALID)
    return digits


def _plain(text: str) -> str:
    """Full-width letters and digits (some keyboards write them) as the plain ones that they stand for."""
    return vietnamese.clean_line(unicodedata.normalize("NFKC", text))


MASK = "•••••••••"

_STAFF_CODE_INVALID = (
    "staff_code_invalid",
    "Mã cán bộ chỉ gồm chữ, số và các dấu . - / _, không quá 32 ký tự.",
    "A staff code has letters, digits and . - / _ only, at most 32 of them.",
)
_NATIONAL_ID_INVALID = (
    "national_id_invalid",
    "Số định danh có 12 chữ số (số CMND cũ có 9 chữ số).",
    "An identity number has 12 digits (on cards of earlier years 9).",
)
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
