"""The web builds, brought to their bucket: first what is new, then the pages that name it, then nothing old is
served."""

from __future__ import annotations

from pathlib import Path

from infra import pages
from infra.cloud.account import Account, told_clearly
from infra.local.places import WEB


def upload(account: Account, outputs: dict[str, str], folder: Path = WEB) -> int:
    """Upload the builds and have the edge forget the pages; gives the number of files, 0 when nothing was built.

    Raises: DeployFailed.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    s3 = account.client("s3")
    with told_clearly("The web builds could not be uploaded"):
        for path in sorted(files, key=_pages_last):
            name = path.relative_to(folder).as_posix()
            more = {"ContentType": pages.media_type(name), "CacheControl": pages.kept_for(name)}
            s3.upload_file(str(path), outputs["WebBucket"], name, ExtraArgs=more)
        if files and "DistributionId" in outputs:
            _forget_pages(account, outputs["DistributionId"])
    return len(files)


def _pages_last(path: Path) -> int:
    """What pages name comes before them, and the service worker, which fetches all of them, at the end."""
    return 2 if path.name == "sw.js" else int(path.suffix == ".html")


def _forget_pages(account: Account, distribution: str) -> None:
    from uuid import uuid4

    paths = {"Quantity": 1, "Items": ["/*"]}
    account.client("cloudfront").create_invalidation(
        DistributionId=distribution, InvalidationBatch={"Paths": paths, "CallerReference": uuid4().hex}
    )
