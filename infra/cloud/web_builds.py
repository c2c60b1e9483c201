"""The web builds, brought to their bucket: first what is new, then the pages that name it, then nothing old is
served."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from infra.cloud.account import Account, told_clearly
from infra.local.places import WEB

# Vite names what never changes by its content.
_HASHED = re.compile(r"-[\w-]{8,}\.\w+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"


def upload(account: Account, outputs: dict[str, str], folder: Path = WEB) -> int:
    """Upload the builds and have the edge forget the pages; gives the number of files, 0 when nothing was built.

    Raises: DeployFailed.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    s3 = account.client("s3")
    with told_clearly("The web builds could not be uploaded"):
        for path in sorted(files, key=lambda each: not _HASHED.search(each.name)):
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            more = {"ContentType": kind, "CacheControl": kept_for(path.name)}
            s3.upload_file(str(path), outputs["WebBucket"], path.relative_to(folder).as_posix(), ExtraArgs=more)
        if files and "DistributionId" in outputs:
            _forget_pages(account, outputs["DistributionId"])
    return len(files)


def kept_for(name: str) -> str:
    """How long browsers and the edge may keep a file."""
    return _FOR_EVER if _HASHED.search(name) else _ASK_EACH_TIME


def _forget_pages(account: Account, distribution: str) -> None:
    from uuid import uuid4

    paths = {"Quantity": 1, "Items": ["/*"]}
    account.client("cloudfront").create_invalidation(
        DistributionId=distribution, InvalidationBatch={"Paths": paths, "CallerReference": uuid4().hex}
    )
