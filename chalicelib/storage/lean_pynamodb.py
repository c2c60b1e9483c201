"""pynamodb without the SDK's client, which it imports for connections of its own, and of which ours make no use.

That client is what is dear about importing pynamodb: 110 ms of a cold start's CPU and 16 MB; pynamodb itself takes
30 ms. So pynamodb is imported here, before anybody else does, with placeholders in its place, which are taken away
again at once: who needs the real one (S3, queues, the control plane) imports it then. Where it was imported already,
nothing is put anywhere.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import botocore
from botocore.exceptions import ClientError

# What pynamodb's import takes from each.
_PLACEHOLDERS: dict[str, dict[str, object]] = {
    "botocore.client": {"ClientError": ClientError},
    "botocore.config": {},
    "botocore.session": {"get_session": None, "Session": object},
    "pynamodb.connection._botocore_private": {"BotocoreBaseClientPrivate": object},
}


def _import_without_client() -> None:
    absent = [name for name in _PLACEHOLDERS if name not in sys.modules]
    for name in absent:
        module = ModuleType(name)
        vars(module).update(_PLACEHOLDERS[name])
        sys.modules[name] = module
        if name.startswith("botocore."):
            setattr(botocore, name.rpartition(".")[2], module)
    try:
        importlib.import_module("pynamodb.models")
    finally:
        for name in absent:
            del sys.modules[name]
            if name.startswith("botocore."):
                delattr(botocore, name.rpartition(".")[2])


_import_without_client()
