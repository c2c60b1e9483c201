"""What people are told when an admin has made one of two accounts of theirs. No I/O."""

from __future__ import annotations

from chalicelib.accounts.store import MergePassword
from chalicelib.errors import Language
from chalicelib.identity import letters
from chalicelib.identity.letters import Letter

_SUBJECT: dict[Language, str] = {
    "vi": "{space}: hai tài khoản của bạn đã được gộp",
    "en": "{space}: two accounts of yours are one now",
}
# By whether the address's own account has the password that opens both doors; None: there is none.
_PASSWORDS: dict[tuple[bool | None, Language], str] = {
    (True, "vi"): "Mật khẩu của tài khoản có địa chỉ thư này vẫn dùng được; mật khẩu của tài khoản kia thì không.",
    (True, "en"): "The password of the account with this address still works; that of the other does not.",
    (False, "vi"): "Mật khẩu của tài khoản có địa chỉ thư này không còn dùng được; chỉ mật khẩu của tài khoản kia "
    "còn mở được.",
    (False, "en"): "The password of the account with this address no longer works; only that of the other does.",
    (None, "vi"): "Tài khoản này chưa có mật khẩu dùng được.",
    (None, "en"): "No password opens this account.",
}
_TEXTS: dict[Language, str] = {
    "vi": """Chào {name},

Quản trị của {space} đã gộp hai tài khoản của bạn làm một. Từ nay mọi tên đăng nhập của bạn đều mở cùng một tài khoản,
với đủ kết quả học tập của cả hai.

{password}

Nếu không nhớ mật khẩu, hãy đăng nhập bằng mã dùng một lần hoặc đặt lại mật khẩu tại:

{address}

Nếu một trong hai tài khoản không phải của bạn, hãy báo ngay cho quản trị của đơn vị: trong 30 ngày vẫn tách lại được.

{space}""",
    "en": """Hello {name},

An administrator of {space} has made one of two accounts of yours. From now on, whatever you sign in with opens the same
account, with all that you have learned in both.

{password}

If you do not remember it, sign in by a one-time code, or reset the password:

{address}

If one of the two accounts is not yours, tell the administrator of your organisation at once: for 30 days they can be
parted again.

{space}""",
}


def write(whose: MergePassword, language: Language, *, of_kept: bool, name: str, space: str, address: str) -> Letter:
    """The letter to the address of one of the two accounts: the kept one (``of_kept``), or the one that went up in
    it. ``whose`` password opens both doors now."""
    works = None if whose == "none" else (whose == "kept") is of_kept
    text = _TEXTS[language].format(name=name, space=space, password=_PASSWORDS[works, language], address=address)
    return letters.with_link(text, _SUBJECT[language].format(space=space), language, address)
