"""Passwords: which are taken, and how they are kept.

The rules are those of NIST SP 800-63B (5.1.1.2): length, a list of what everybody tries first, nothing that stands on
the person's own card; no mixture of characters is asked for, and none expires. Kept is argon2id with the parameters of
OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chalicelib import vietnamese
from chalicelib.errors import refuse_field, rule
from chalicelib.people import identifiers

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 8
MAX_LENGTH = 128
_LIST = Path(__file__).with_name("common_passwords.txt")
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1

# What a sign-in with an unknown login is compared with, so that it takes as long: nobody's password, made with the
# parameters above (a test holds that).
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$H85AP56WbKMRECgeIuDqzQ$wjg2K+k+OeNyygDsRQ/ff9OmsNkBNBMoeNjHPdbKnVU"

# A hash takes 19 MiB for its while: a process of many threads must not do all at once.
_AT_ONCE = BoundedSemaphore(4)

_COMMON = (
    "password_common",
    "Mật khẩu này quá dễ đoán. Hãy ghép vài từ không liên quan, ví dụ tên một món ăn và một nơi bạn thích.",
    "This password is too easy to guess. Put a few unrelated words together.",
)
PERSONAL = (
    "password_personal",
    "Mật khẩu không được trùng với tên, email, số điện thoại của bạn hoặc tên đơn vị.",
    "The password must not be your name, e-mail address, phone number, or the organisation's name.",
)


def _normal(value: Any) -> Any:
    # Keyboards write one accented letter in different ways (SP 800-63B asks for NFKC before hashing). What is too long
    # in any form is not worth the work: one character may become eighteen.
    fits = isinstance(value, str) and len(value) <= MAX_LENGTH * 4
    return unicodedata.normalize("NFKC", value) if fits else value


def _uncommon(password: str) -> str:
    if is_common(password):
        raise rule(*_COMMON)
    return password


NewPassword = Annotated[
    str,
    StringConstraints(min_length=MIN_LENGTH, max_length=MAX_LENGTH),
    BeforeValidator(_normal),
    AfterValidator(_uncommon),
    Field(
        examples=["chim-sáo-qua-sông-Hương"],
        description="8 to 128 characters of any kind, and not one of those that everybody tries first.",
        json_schema_extra={"format": "password"},
    ),
]
GivenPassword = Annotated[
    str,
    StringConstraints(max_length=MAX_LENGTH * 4),
    BeforeValidator(_normal),
    Field(examples=["chim-sáo-qua-sông-Hương"], json_schema_extra={"format": "password"}),
]


def is_common(password: str) -> bool:
    """Whether it is among what everybody tries first: listed, repeated, in sequence, a birthday or a phone number."""
    folded = vietnamese.fold(password)
    words, whole = _listed()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    word, digits = re.sub(r"[\W_]", "", core), re.sub(r"\D", "", folded.replace(core, ""))
    if not folded or folded in whole or word in words or _is_monotonous(folded):
        return True
    # A few letters before such a number (Aa@123456) add next to nothing.
    return len(word) <= 3 and (_is_monotonous(digits) or _is_date(digits) or _is_phone(digits))


def require_impersonal(password: str, field: str, of_person: Iterable[str]) -> None:
    """Refuse a password that is one of these words: the name, an identifier, the space. Raises: InvalidInput."""
    if is_personal(password, of_person):
        raise refuse_field(field, *PERSONAL)


def is_personal(password: str, of_person: Iterable[str]) -> bool:
    """Whether the password is the person's name, identifier or the like, however it is written."""
    bare = _bare(password)
    return any(bare in (_bare(word), _bare(word.partition("@")[0])) for word in of_person if word)


def hash_new(password: str) -> str:
    """The hash to keep, in PHC form with its parameters and a salt of its own."""
    with _AT_ONCE:
        return _hasher().hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether this is the password; without a kept hash the answer is no, after the same work."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        with _AT_ONCE:
            _hasher().verify(kept or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # 35 ms that only those who sign in wait for

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, hash_len=32, salt_len=16)


@lru_cache(maxsize=1)
def _listed() -> tuple[frozenset[str], frozenset[str]]:
    _, words, whole = re.split(r"# (?:Words|Whole)[^\n]*\n", _LIST.read_text(encoding="utf-8"))
    return frozenset(words.split()), frozenset(whole.split())


def _is_monotonous(text: str) -> bool:
    """One piece of up to four characters over and over, or characters in sequence (also backwards)."""
    if len(text) < MIN_LENGTH - 3:
        return False
    repeats = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 5))
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return repeats or steps in ({1}, {-1})


def _is_date(digits: str) -> bool:
    for form in ("%d%m%Y", "%Y%m%d", "%m%d%Y"):
        try:
            if len(digits) == 8 and 1900 <= datetime.strptime(digits, form).year <= 2099:
                return True
        except ValueError:
            continue
    return False


def _is_phone(digits: str) -> bool:
    try:
        return bool(identifiers.phone(digits))
    except ValueError:
        return False


def _bare(text: str) -> str:
    """Letters and digits alone, folded; a Vietnamese number without its trunk or country code."""
    letters = "".join(each for each in vietnamese.fold(text) if each.isalnum())
    return re.sub(r"^(?:84|0)(?=\d{9,10}$)", "", letters)
