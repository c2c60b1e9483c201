"""The mail that SES was asked to send, and the short messages that SNS was, readable at /local/mail: on one machine
nothing leaves it.

ministack keeps what was sent in memory only, so it is copied into .local/mail, one file a message.
"""

import html
import json
import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import urllib3

from chalicelib import clock
from infra.local.answers import Answer, own
from infra.local.events import Request

NEWEST = 100

_http = urllib3.PoolManager(retries=False, timeout=5)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #ccc;padding:1rem 0}h2{font-size:1.1rem;margin:0}"
    "p{color:#555;margin:.2rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}"
    "iframe{width:100%;height:20rem;border:1px solid #ccc}"
)


def collect(aws_url: str, folder: Path) -> None:
    """Copy what was sent since the last time. Any process may call it at any time: a message's name is its identifier.

    Raises: urllib3.exceptions.HTTPError when ministack does not answer.
    """
    mails = _http.request("GET", f"{aws_url}/_ministack/ses/messages").json()["messages"]
    texts = _http.request("GET", f"{aws_url}/_ministack/sns/sms-messages").json().get("sms_messages", {})
    folder.mkdir(parents=True, exist_ok=True)
    for message in (each for account in mails.values() for each in account):
        _keep(folder, message, _as_ours)
    for message in (each for phone in texts.values() for each in phone):
        _keep(folder, message, _text_as_ours)


def _keep(folder: Path, message: dict[str, Any], told: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    name = re.sub(r"[^\w.-]", "_", message["MessageId"])
    path = folder / f"{name}.json"
    if not path.exists():
        new = path.with_suffix(f".{uuid.uuid4().hex}.new")
        new.write_text(json.dumps(told(message), ensure_ascii=False))
        new.replace(path)


def _as_ours(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": message["MessageId"],
        "sent_at": clock.as_timestamp(datetime.fromtimestamp(float(message["Timestamp"]), UTC)),
        "from": str(make_header(decode_header(message["Source"]))),
        "to": [*message["To"], *message["CC"], *message["BCC"]],
        "subject": message["Subject"],
        "text": message["BodyText"] or "",
        "html": message["BodyHtml"] or "",
    }


def _text_as_ours(message: dict[str, Any]) -> dict[str, Any]:
    """A short message, as a mail without a subject to a number; ministack keeps no time, so it is when it was seen."""
    sender = message["MessageAttributes"].get("AWS.SNS.SMS.SenderID", {})
    return {
        "id": message["MessageId"],
        "sent_at": clock.timestamp(),
        "from": sender.get("Value") or sender.get("StringValue") or "",
        "to": [message["PhoneNumber"]],
        "subject": "SMS",
        "text": message["Message"],
        "html": "",
    }


def newest(folder: Path, to: str | None) -> list[dict[str, Any]]:
    """The newest hundred messages, those to one address if `to` is given."""
    kept = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    wanted = [mail for mail in kept if to is None or any(to.lower() == each.lower() for each in mail["to"])]
    return sorted(wanted, key=lambda mail: mail["sent_at"], reverse=True)[:NEWEST]


def answer(request: Request, aws_url: str, folder: Path) -> Answer:
    """/local/mail (a page, or JSON for who accepts JSON) and /local/mail.json; `?to=` keeps one person's mail."""
    collect(aws_url, folder)
    to = parse_qs(request.query).get("to", [None])[0]
    mails = newest(folder, to)
    if request.path.endswith(".json") or "application/json" in request.header("accept"):
        return own(200, json.dumps({"items": mails, "next": None}, ensure_ascii=False), "application/json")
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
    return own(200, _page(mails), "text/html; charset=utf-8", content_security_policy=policy)


def _page(mails: Iterable[dict[str, Any]]) -> str:
    articles = "".join(map(_article, mails)) or "<p>Chưa có thư nào. No mail yet.</p>"
    head = f'<meta charset="utf-8"><title>Hocmo: thư</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="vi"><head>{head}</head><body><h1>Thư đã gửi</h1>{articles}</body></html>'


def _article(mail: dict[str, Any]) -> str:
    at = clock.from_timestamp(mail["sent_at"]).astimezone(clock.VIETNAM)
    said = {"subject": html.escape(mail["subject"]), "sent_at": f"{at:%H:%M:%S %d/%m/%Y}"}
    to = html.escape(", ".join(mail["to"]))
    # A sandboxed frame: whatever stands in a mail may neither run nor reach our addresses.
    framed = f'<iframe sandbox srcdoc="{html.escape(mail["html"])}" title="{said["subject"]}"></iframe>'
    body = f"<pre>{_linked(mail['text'])}</pre>" if mail["text"] or not mail["html"] else framed
    return f"<article><h2>{said['subject']}</h2><p>{to} · {said['sent_at']}</p>{body}</article>"


def _linked(text: str) -> str:
    """Escaped text whose addresses can be clicked: an invitation is useless without."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        url = html.escape(found.group())
        parts += [html.escape(text[end : found.start()]), f'<a href="{url}" rel="noreferrer">{url}</a>']
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])
