"""The content bucket: every key begins with a tenant's slug (or ``national/``), uploads and reads go straight to S3.

Whatever is asked, or signed for others to ask, is asked on behalf of one space and with its credentials: its own keys,
and reading what is national (``acting.py``).

Objects named by the hash of what they hold are immutable, so they may be cached for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from chalicelib import config
from chalicelib.errors import NotFound, Unavailable
from chalicelib.storage import acting, client, credentials, objects
from chalicelib.storage.lines import LineBroken
from chalicelib.storage.names import NATIONAL as NATIONAL  # others name it by this module
from chalicelib.storage.spaces import Space

_MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "404", "NotFound"})
_CHANGED = frozenset({"PreconditionFailed", "412"})
_DENIED = frozenset({"AccessDenied", "403"})
_READING = frozenset({"get_object", "head_object", "list_objects_v2"})
# S3 takes no smaller piece of an object that is written piece by piece, but for the last.
PIECE_BYTES = 5 * 1024 * 1024
LISTED_AT_ONCE = 1_000  # the most that S3 tells of in one answer
# The bucket's rules delete what carries this tag after a week. A form says the same in XML.
_TEMPORARY = "keep=week"
_TEMPORARY_XML = "<Tagging><TagSet><Tag><Key>keep</Key><Value>week</Value></Tag></TagSet></Tagging>"
_making = Lock()


class Changed(Exception):
    """The object is no longer the one that was looked at."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What S3 says of an object."""

    size: int
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A piece of a list of objects: how many, their bytes together, and the key to go on after (empty at the end)."""

    files: int
    bytes: int
    after: str


@lru_cache(maxsize=1)
def _s3() -> Any:
    from botocore.config import Config as BotoConfig

    settings = client.client_settings().merge(
        BotoConfig(signature_version="s3v4", s3={"addressing_style": "path" if config.current().aws_url else "virtual"})
    )
    return credentials.session().create_client("s3", endpoint_url=config.current().aws_url, config=settings)


def s3() -> Any:
    """The shared S3 client."""
    with _making:
        return _s3()


def key(space: Space, *parts: str) -> str:
    """A key under this tenant's prefix."""
    return "/".join((space.slug, *parts))


def put(name: str, content: bytes, content_type: str, *, encoding: str | None = None, temporary: bool = False) -> None:
    """Write an object whole: readers see all of it or nothing. What is ``temporary`` is gone after a week."""
    more = {"ContentEncoding": encoding} if encoding else {}
    if temporary:
        more["Tagging"] = _TEMPORARY
    _call("put_object", Key=name, Body=content, ContentType=content_type, **more)


def begin(name: str, content_type: str) -> str:
    """Begin to write a temporary object piece by piece; gives the name of this upload. Nothing of it is seen before
    :func:`complete`."""
    answer = _call("create_multipart_upload", Key=name, ContentType=content_type, Tagging=_TEMPORARY)
    return str(answer["UploadId"])


def put_piece(name: str, upload: str, number: int, content: bytes) -> str:
    """Write the piece of that number (from 1 on), at least :data:`PIECE_BYTES` but for the last; again: replaces it.
    Gives its validator. Raises: NotFound when the upload was completed or abandoned."""
    return str(_call("upload_part", Key=name, UploadId=upload, PartNumber=number, Body=content)["ETag"])


def complete(name: str, upload: str, validators: Sequence[str]) -> None:
    """Make the object of its pieces. Raises: NotFound when the upload was completed or abandoned."""
    parts = [{"PartNumber": number, "ETag": validator} for number, validator in enumerate(validators, 1)]
    _call("complete_multipart_upload", Key=name, UploadId=upload, MultipartUpload={"Parts": parts})


def abandon(name: str, upload: str) -> None:
    """Drop the pieces of an upload; one that is gone is no error."""
    with suppress(NotFound):
        _call("abort_multipart_upload", Key=name, UploadId=upload)


def get(name: str, *, start: int | None = None, length: int | None = None, etag: str | None = None) -> bytes:
    """An object's bytes, or ``length`` of them from ``start``; with ``etag``, of that very state.

    Raises: NotFound, Changed.
    """
    more = {} if start is None or length is None else {"range": f"bytes={start}-{start + length - 1}"}
    if etag:
        more["if-match"] = etag
    return bytes(_call("get_object", Key=name, asking=more)["Body"])


def head(name: str) -> StoredFile | None:
    """What is stored under that name, if anything."""
    try:
        answer = _call("head_object", Key=name)
    except NotFound:
        return None
    return StoredFile(answer["ContentLength"], answer.get("ContentType", ""), answer["ETag"])


def copy(source: str, target: str, *, etag: str | None = None, temporary: bool = False) -> None:
    """Copy an object within the bucket, on S3's side (up to 5 GB); with ``etag``, in that very state. A ``temporary``
    copy is gone after a week, whatever becomes of the source.

    Raises: NotFound, Changed.
    """
    acting.require_may_read(source)
    # A copy would carry the tag of what is temporary, and be deleted with it.
    more = {"TaggingDirective": "REPLACE"} | ({"CopySourceIfMatch": etag} if etag else {})
    if temporary:
        more["Tagging"] = _TEMPORARY
    _call("copy_object", Key=target, CopySource={"Bucket": config.current().bucket, "Key": source}, **more)


def delete(name: str) -> None:
    """Remove an object; one that is missing is no error."""
    _call("delete_object", Key=name)


def delete_some(space: Space) -> int:
    """Delete the next thousand of a tenant's objects; gives how many there were. 2 calls of S3. The bucket's rules keep
    what was deleted as former versions for a month. Raises: Unavailable."""
    found = names(key(space, ""), limit=1_000)
    if found:
        answer = _call("delete_objects", Delete={"Objects": [{"Key": name} for name in found], "Quiet": True})
        if answer.get("Errors"):
            raise Unavailable
    return len(found)


def names(prefix: str, *, limit: int = 1_000) -> list[str]:
    """Keys that begin with ``prefix``, at most ``limit``: for maintenance and tests, not for requests."""
    answer = _call("list_objects_v2", Prefix=prefix, MaxKeys=limit)
    return [each["Key"] for each in answer.get("Contents", [])]


def listed(space: Space, after: str) -> Listed:
    """The next thousand objects of a tenant after the key ``after``. One call of S3."""
    answer = _call("list_objects_v2", Prefix=key(space, ""), StartAfter=after, MaxKeys=LISTED_AT_ONCE)
    found = answer.get("Contents", [])
    last = found[-1]["Key"] if answer.get("IsTruncated") else ""
    return Listed(len(found), sum(each["Size"] for each in found), last)


def upload_form(name: str, content_type: str, max_bytes: int, *, lasting_s: int = 900) -> dict[str, Any]:
    """A presigned POST: ``{"url", "fields"}``; S3 itself refuses another type or more than ``max_bytes``.

    What arrives is temporary until it is copied to where it belongs: an upload that nobody completes is gone after a
    week.
    """
    acting.require_may_write(name)
    form: dict[str, Any] = s3().generate_presigned_post(
        Bucket=config.current().bucket,
        Key=name,
        Fields={"Content-Type": content_type, "tagging": _TEMPORARY_XML},
        Conditions=[
            {"Content-Type": content_type},
            {"tagging": _TEMPORARY_XML},
            ["content-length-range", 1, max_bytes],
        ],
        ExpiresIn=lasting_s,
    )
    return form


def address(name: str, *, lasting_s: int = 900, download_as: str | None = None, content_type: str | None = None) -> str:
    """A short-lived address to read one object; signing is local, no call is made. With ``content_type``, S3 answers
    with that type, whatever was stored."""
    acting.require_may_read(name)
    more = {"ResponseContentDisposition": f"attachment; filename*=UTF-8''{_quote(download_as)}"} if download_as else {}
    if content_type:
        more["ResponseContentType"] = content_type
    url: str = s3().generate_presigned_url(
        "get_object", Params={"Bucket": config.current().bucket, "Key": name, **more}, ExpiresIn=lasting_s
    )
    return url


def _call(operation: str, **parameters: Any) -> dict[str, Any]:
    require = acting.require_may_read if operation in _READING else acting.require_may_write
    for name in _named(operation, parameters):
        require(name)
    meter = client.METER.get()
    if meter:
        meter.s3_calls += 1
    try:
        answer = _send(operation, parameters)
    except ClientError as error:
        code = error.response["Error"].get("Code")
        if code in _MISSING or (code in _DENIED and _is_missing(operation, parameters)):
            raise NotFound from error
        if code in _CHANGED:
            raise Changed from error
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500:
            raise Unavailable from error
        raise
    except (LineBroken, ConnectionError, HTTPClientError) as error:
        raise Unavailable from error
    return answer


def _send(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    if operation == "get_object":
        return {"Body": objects.read(parameters["Key"], parameters["asking"], credentials.of_now)}
    answer: dict[str, Any] = getattr(s3(), operation)(Bucket=config.current().bucket, **parameters)
    return answer


def _named(operation: str, parameters: dict[str, Any]) -> list[str]:
    """The keys, or the beginning of them, that a call names."""
    if operation == "delete_objects":
        return [each["Key"] for each in parameters["Delete"]["Objects"]]
    return [parameters["Prefix"] if operation == "list_objects_v2" else parameters["Key"]]


def _is_missing(operation: str, parameters: dict[str, Any]) -> bool:
    """Whether what S3 denies is not there at all: it says so only to whoever may list the whole bucket, and a space may
    list no more than its own part."""
    if operation not in ("get_object", "head_object", "copy_object"):
        return False
    name = parameters["CopySource"]["Key"] if operation == "copy_object" else parameters["Key"]
    return name not in names(name, limit=1)


def _quote(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


def reset() -> None:
    """Forget the client: for tests."""
    _s3.cache_clear()
    objects.reset()
