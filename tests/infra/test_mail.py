"""What the app sends is read at /local/mail, also after ministack forgot it."""

import json
from pathlib import Path

from infra.local import engine, mail, resources, settings
from infra.local.events import Request


def ask(path: str, url: str, folder: Path, query: str = "") -> tuple[dict[str, str], str]:
    answer = mail.answer(Request("GET", path, query, [], "127.0.0.1", b""), url, folder)
    return dict(answer.headers), answer.body.decode()


def send(url: str, to: str, subject: str, text: str) -> None:
    content = {"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}}}
    ses = resources.client("sesv2", url)
    ses.create_email_identity(EmailIdentity=settings.MAIL_FROM)
    sender = f"=?utf-8?b?SHXhur8=?= <{settings.MAIL_FROM}>"
    ses.send_email(FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content=content)


def test_short_messages_stand_beside_mail(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with engine.ministack(tmp_path / "aws") as url:
        resources.client("sns", url).publish(PhoneNumber="+84912345678", Message="Ma dang nhap 123456")
        _, kept = ask("/local/mail.json", url, folder, "to=%2B84912345678")
        ask("/local/mail.json", url, folder)
    (one,) = json.loads(kept)["items"]
    assert (one["subject"], one["text"], one["to"]) == ("SMS", "Ma dang nhap 123456", ["+84912345678"])
    assert len(list(folder.iterdir())) == 1


def test_mail_is_kept_and_shown_newest_first(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with engine.ministack(tmp_path / "aws") as url:
        send(url, "an@hue.example", "Lời mời", "Mở http://localhost:8000/moi?a=1&b=<x>")
        send(url, "binh@hue.example", "Đặt lại mật khẩu", "Mã 123")
        mail.collect(url, folder)
    with engine.ministack(tmp_path / "other") as url:
        _, kept = ask("/local/mail.json", url, folder)
        items = json.loads(kept)["items"]
        assert [each["subject"] for each in items] == ["Đặt lại mật khẩu", "Lời mời"]
        assert items[1]["to"] == ["an@hue.example"]
        assert items[1]["from"] == f"Huế <{settings.MAIL_FROM}>"
        _, one = ask("/local/mail.json", url, folder, "to=AN@hue.example")
        assert [each["subject"] for each in json.loads(one)["items"]] == ["Lời mời"]
        headers, page = ask("/local/mail", url, folder)
    assert headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert '<a href="http://localhost:8000/moi?a=1&amp;b="' in page
    assert "<x>" not in page
