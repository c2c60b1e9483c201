"""Whose keys sign a call: the function's own, or those assumed for the one space on whose behalf the code runs.

One role is assumed for every space, each time with a session policy that names that space's tables and files
(``entitlements.py``). What was assumed serves all requests of this process until shortly before it ends. Where no role
is configured, as on one machine, the process's own keys sign everything; whose data a call names is looked at all the
same (``acting.py``). Why this shape: ``docs/decisions/tenant-credentials.md``.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chalicelib import clock, config, logs
from chalicelib.errors import Unavailable
from chalicelib.storage import acting, entitlements
from chalicelib.storage.acting import Acting
from chalicelib.storage.entitlements import Account
from chalicelib.storage.lines import LineBroken, Lines, Reply
from chalicelib.storage.names import PLATFORM
from chalicelib.storage.partitions import Shared
from chalicelib.storage.signing import Credentials, signed

LASTING_S = 3_600  # the most that a role may be assumed for by code that itself runs under one
RENEWED_S = 1_200  # before their end: an address signed with them is good for a quarter of an hour
_TRIED_AGAIN_S = 30
_SPACES_KEPT = 1_000  # some 2 KB each
_TRIES = 3
_WAIT_S = 0.1
_NAME_LENGTH = 64
_PASSING = re.compile("Throttl|RequestLimitExceeded|RequestTimeout|ServiceUnavailable|InternalFailure")


class Keys(NamedTuple):
    """What signs."""

    access_key: str
    secret_key: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class _Assumed:
    keys: Keys
    renew_at: int  # seconds since 1970, as the next
    ends_at: int
    packed: int  # how much of what STS takes the policy needs, in percent


@dataclass(slots=True)
class _Kept:
    """What was assumed last for one space; one thread at a time renews it."""

    assumed: _Assumed | None = None
    lock: Lock = field(default_factory=Lock)


_kept: dict[tuple[str, Shared | None], _Kept] = {}
_keeping = Lock()


def own() -> Credentials:
    """The rights of the function itself: those that Lambda puts into its environment, or whatever botocore finds."""
    given = _given()
    if given is not None:
        return given
    found: Credentials = _found().get_frozen_credentials()
    return found


@lru_cache(maxsize=1)
def _given() -> Keys | None:
    """What the environment says, which lasts as long as the process."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    return Keys(key, secret, os.environ.get("AWS_SESSION_TOKEN")) if key and secret else None


@lru_cache(maxsize=1)
def _found() -> Any:
    import botocore.session
    from botocore.exceptions import NoCredentialsError

    found = botocore.session.get_session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return found


def of(whose: Acting) -> Credentials:
    """The keys for what belongs to a space: no call while they last long enough, else one to STS.

    Raises: Unavailable.
    """
    if whose.slug == PLATFORM or config.current().space_role_arn is None:
        return own()
    key = whose.slug, whose.beside
    kept = _kept.get(key) or _keep(key)
    found = kept.assumed
    if found is not None and clock.epoch_s() < found.renew_at:
        return found.keys
    return _renewed(kept, *key)


def of_now() -> Credentials:
    """The keys of the space on whose behalf this code runs. Raises: NotActing, Unavailable."""
    return of(acting.now())


def _keep(key: tuple[str, Shared | None]) -> _Kept:
    with _keeping:
        while len(_kept) >= _SPACES_KEPT:
            del _kept[next(iter(_kept))]
        return _kept.setdefault(key, _Kept())


def _renewed(kept: _Kept, slug: str, beside: Shared | None) -> Keys:
    """Assume the role, once however many threads ask: they wait only where what they have is over."""
    old, now = kept.assumed, clock.epoch_s()
    usable = old if old is not None and now < old.ends_at else None
    if not kept.lock.acquire(blocking=usable is None) and usable is not None:
        return usable.keys
    try:
        if kept.assumed is not None and kept.assumed is not old:
            return kept.assumed.keys
        kept.assumed = _assumed(slug, beside, usable)
        return kept.assumed.keys
    finally:
        kept.lock.release()


def _assumed(slug: str, beside: Shared | None, usable: _Assumed | None) -> _Assumed:
    """What STS gives. When it gives nothing, what is still good serves on. Raises: Unavailable."""
    started = time.perf_counter()
    try:
        made = _ask(slug, beside)
    except Unavailable as error:
        logs.event("credentials.refused", level=logging.ERROR, error=error.__cause__ or error, tenant=slug)
        if usable is None:
            raise
        return replace(usable, renew_at=min(clock.epoch_s() + _TRIED_AGAIN_S, usable.ends_at))
    ms = round((time.perf_counter() - started) * 1000, 1)
    logs.event("credentials.assumed", tenant=slug, beside=beside, ms=ms, packed=made.packed)
    return made


class _Refused(Exception):
    """STS says no, in these words."""


def _ask(slug: str, beside: Shared | None) -> _Assumed:
    """One AssumeRole, tried up to three times while what hinders it passes. Raises: Unavailable."""
    request = urlencode(_request(slug, beside)).encode()
    for attempt in range(1, _TRIES + 1):
        try:
            reply = _send(request)
        except LineBroken as error:
            if attempt == _TRIES:
                raise Unavailable from error
        else:
            text = reply.body.decode(errors="replace")
            if reply.status == 200:
                return _read(text)
            if attempt == _TRIES or not (reply.status >= 500 or _PASSING.search(text)):
                raise Unavailable from _Refused(text[:500])
        time.sleep(random.uniform(0, _WAIT_S * attempt))  # noqa: S311 (it spreads retries, it hides nothing)
    raise AssertionError("the last attempt ends above")


def _request(slug: str, beside: Shared | None) -> dict[str, str]:
    policy = entitlements.session_policy(account(), slug, beside)
    return {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": config.current().space_role_arn or "",
        "RoleSessionName": session_name(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", config.APP), slug),
        "DurationSeconds": str(LASTING_S),
        "Policy": json.dumps(policy, separators=(",", ":")),
    }


def session_name(function: str, slug: str) -> str:
    """How CloudTrail tells who did what for whom: the function, as much of its name as fits, and the whole slug."""
    return f"{function[: _NAME_LENGTH - 1 - len(slug)]}@{slug}"


def account() -> Account:
    """Where this deployment lives, as the ARN of the role says."""
    here = config.current()
    partition, _, _, number = (here.space_role_arn or "").split(":")[1:5]
    return Account(partition, number, here.region, here.prefix, here.bucket, here.key_arn, here.central)


def _send(request: bytes) -> Reply:
    lines = _lines()
    headers = {"content-type": "application/x-www-form-urlencoded", "host": lines.host}
    sent = signed(headers, request, own(), region=config.current().region, service="sts", at_s=clock.epoch_s())
    return lines.exchange(sent, request)


@lru_cache(maxsize=1)
def _lines() -> Lines:
    """STS of this very region: the worldwide one is far, and one region's trouble is then another's."""
    here = config.current()
    return Lines(here.aws_url or f"https://sts.{here.region}.amazonaws.com")


def _read(answer: str) -> _Assumed:
    keys = Keys(*(_element(answer, name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")))
    ends_at = int(datetime.fromisoformat(_element(answer, "Expiration").replace("Z", "+00:00")).timestamp())
    return _Assumed(keys, ends_at - RENEWED_S, ends_at, int(_element(answer, "PackedPolicySize")))


def _element(answer: str, name: str) -> str:
    """The text of one element. None of ours holds a character that XML would escape."""
    found = re.search(f"<{name}>([^<]+)</{name}>", answer)
    if found is None:
        raise Unavailable from _Refused(f"an answer without {name}")
    return found[1]


@lru_cache(maxsize=1)
def session() -> Any:
    """A botocore session whose clients ask at each signing for whom they sign: for S3."""
    import botocore.session

    made = botocore.session.get_session()
    made.register_component("credential_provider", _OnBehalf())
    return made


class _OnBehalf:
    """What botocore takes for a source of credentials, and for the credentials themselves: it asks the latter for
    their state whenever it signs."""

    method = "acting"

    def load_credentials(self) -> _OnBehalf:
        return self

    def get_frozen_credentials(self) -> Credentials:
        return of_now()

    def get_deferred_property(self, name: str) -> Any:
        return partial(getattr, self, name, None)


def reset() -> None:
    """Forget everything: for tests and processes that change the configuration they run under."""
    _kept.clear()
    _given.cache_clear()
    _found.cache_clear()
    _lines.cache_clear()
    session.cache_clear()
