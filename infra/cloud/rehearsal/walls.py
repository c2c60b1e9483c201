"""The walls of the rehearsed stage, tried: with keys assumed for a space, with each function's own, and with none.

What the emulator cannot judge of this is tested on the template (``docs/decisions/rehearsal.md``).
"""

from __future__ import annotations

import json

from chalicelib.errors import NotFound, Refusal
from chalicelib.http.gate import MethodNotAllowed
from chalicelib.storage.names import NATIONAL
from infra.cloud.rehearsal import attempts
from infra.cloud.rehearsal.attempts import DENIED, DONE
from infra.cloud.rehearsal.intruder import Intruder
from infra.cloud.rehearsal.stand import STAGE, Stand
from infra.cloud.roles import RIGHTS
from infra.local.demo.client import Client, Failed

FUNCTIONS = tuple(RIGHTS)
_MAKER = "provision"
_SCRATCH = f"{STAGE.stack}-scratch-people"  # a table that is no tenant's, for who may make and drop some
# A method and an address: of nothing that the gateway keeps, of nothing that the code finds beneath one of its nodes,
# of no method of ours, of no space.
_NOWHERE: tuple[tuple[str, str, type[Refusal]], ...] = (
    ("GET", "/nowhere", NotFound),
    ("GET", "/spaces/hue/nowhere/at/all", NotFound),
    ("GET", "/spaces/hue/courses/nowhere/at/all", NotFound),
    ("PATCH", "/health", MethodNotAllowed),
    ("DELETE", "/spaces/hue/me/home", MethodNotAllowed),
    ("GET", "/spaces/khong-co", NotFound),
)


def require_spaces_apart(here: Stand, own: str, others: tuple[str, ...]) -> None:
    """A space's keys, assumed as the API's function assumes them, open what is its own and nothing else.

    Raises: Failed.
    """
    for first in (own, *others, NATIONAL):
        here.client("s3").put_object(Bucket=here.told["ContentBucket"], Key=f"{first}/x", Body=first.encode())
    keys = here.intruder("api").assuming(here.told["SpaceRoleArn"], own)
    opened = keys.on_items(own) | keys.on_files(own)
    require(set(opened.values()) == {DONE}, f"{own}'s keys on its own: {_but(opened, {DONE})}")
    found = keys.copying_another_version(own)
    require(found == "PreconditionFailed", f"a copy of another version than was judged: {found}")
    _require_denied(f"{own}'s keys", keys.on_tables(own), keys.on_bucket(own), keys.on_platform())
    for slug in others:
        files = keys.on_files(slug) | keys.on_bucket(slug) | keys.stealing(slug, own)
        _require_denied(f"{own}'s keys", keys.on_items(slug), keys.on_tables(slug), files)


def require_functions_bounded(here: Stand, slug: str) -> None:
    """No function's own keys open a tenant's items or files or rule over the platform's table; one makes tables.

    Raises: Failed.
    """
    for function in FUNCTIONS:
        keys = here.intruder(function)
        _require_denied(f"{function}'s own keys", keys.on_items(slug), keys.on_files(slug), keys.on_bucket(slug))
        platform = keys.on_platform()
        if function == _MAKER:
            platform = {name: each for name, each in platform.items() if not name.startswith("describe ")}
            _require_maker(keys)
        else:
            _require_denied(f"{function}'s own keys", keys.on_tables(slug))
        _require_denied(f"{function}'s own keys", platform)


def _require_maker(keys: Intruder) -> None:
    """It makes, changes and drops tables, and does nothing more with them."""
    beyond = keys.on_table(_SCRATCH, attempts.BEYOND)
    made = keys.on_table(_SCRATCH, attempts.TABLES)
    require(set(made.values()) == {DONE}, f"{_MAKER}'s own keys on a table that it made: {_but(made, {DONE})}")
    _require_denied(f"{_MAKER}'s own keys", beyond)


def require_told_as_problems(here: Stand, somebody: Client) -> None:
    """What is not there is told in our own form, by the gateway as by the code, to anybody and to who is signed in.

    Raises: Failed.
    """
    for caller in (Client(here.address), somebody):
        for method, path, expected in _NOWHERE:
            reply = caller.call(method, path)
            form = {name.lower(): value for name, value in reply.headers.items()}.get("content-type", "")
            told = f"{method} {path} answered {reply.status} {form}: {reply.data.decode(errors='replace')[:200]}"
            require((reply.status, form.partition(";")[0]) == (expected.status, "application/problem+json"), told)
            require(json.loads(reply.data)["code"] == expected.code, told)


def _require_denied(whose: str, *found: dict[str, str]) -> None:
    for outcomes in found:
        opened = _but(outcomes, DENIED)
        require(not opened, f"{whose} were not refused: {opened}")


def _but(outcomes: dict[str, str], expected: set[str]) -> dict[str, str]:
    return {name: each for name, each in outcomes.items() if each not in expected}


def require(holds: bool, what: str) -> None:
    """Raises: Failed."""
    if not holds:
        raise Failed(what)
