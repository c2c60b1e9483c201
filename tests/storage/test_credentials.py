"""Assuming a space's credentials: what is asked of STS, how seldom, and what happens when it does not answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from chalicelib import clock, config
from chalicelib.errors import Unavailable
from chalicelib.storage import acting, credentials, entitlements, files, tables
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.credentials import LASTING_S, RENEWED_S
from chalicelib.storage.entitlements import Account
from chalicelib.storage.names import INDEXED_KINDS, TABLE_KINDS
from chalicelib.storage.partitions import SHARED, Shared
from chalicelib.storage.signing import Credentials
from chalicelib.tenants import slugs
from tests.emulated import forget_everything
from tests.walls import as_nobody

LONGEST = "x" * slugs.MAX_LENGTH
NOON = 1_795_500_000
# The longest names that a deployment can have: its template takes a stage of sixteen letters.
WIDEST = Account(
    partition="aws-us-gov",
    number="123456789012",
    region="ap-southeast-1",
    prefix="hocmo-ssssssssssssssss",
    bucket="hocmo-ssssssssssssssss-content-123456789012",
    key_arn="arn:aws-us-gov:kms:ap-southeast-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    central="trung-uong",
)


@dataclass
class Sts:
    """STS as far as it is asked here: it counts, and it may refuse, or answer late."""

    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    code: str = ""
    gate: threading.Event | None = None
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    url: str = ""

    def answer(self, request: dict[str, str]) -> tuple[int, str]:
        """The role's session number n, good for an hour."""
        self.asked.append(request)
        self.arrived.release()
        if self.gate:
            self.gate.wait(10)
        if self.status != 200:
            return self.status, f"<ErrorResponse><Error><Code>{self.code}</Code></Error></ErrorResponse>"
        ends = clock.as_timestamp(clock.from_epoch_ms(clock.epoch_ms() + 1000 * int(request["DurationSeconds"])))
        return 200, (
            "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
            f"<AccessKeyId>ASIA{len(self.asked)}</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey>"
            f"<SessionToken>t//+=</SessionToken><Expiration>{ends}</Expiration>"
            "</Credentials><PackedPolicySize>61</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>"
        )


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sts]:
    made = Sts()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, text = made.answer({name: values[0] for name, values in parse_qs(body).items()})
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing is told of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HOCMO_AWS_URL", made.url)
    monkeypatch.setenv("HOCMO_SPACE_ROLE_ARN", "arn:aws:iam::123456789012:role/hocmo-prod-space")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOWN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    forget_everything()
    clock.set_source(lambda: NOON)
    yield made
    server.shutdown()
    server.server_close()
    forget_everything()


def keys_of(slug: str = "hue", beside: Shared | None = None) -> Credentials:
    def acting_for_it() -> Credentials:
        with acting.on_behalf_of(slug, beside=beside):
            return credentials.of_now()

    return as_nobody(acting_for_it)


def test_the_role_is_assumed_for_one_space_and_an_hour(
    sts: Sts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "hocmo-prod-run_jobs")
    found = keys_of()
    told = [record.facts for record in caplog.records if record.getMessage() == "credentials.assumed"]  # type: ignore[attr-defined]
    assert (found.access_key, found.secret_key, found.token) == ("ASIA1", "s/+=", "t//+=")
    (asked,) = sts.asked
    assert asked["RoleArn"] == "arn:aws:iam::123456789012:role/hocmo-prod-space"
    assert asked["RoleSessionName"] == "hocmo-prod-run_jobs@hue"
    assert asked["DurationSeconds"] == str(LASTING_S) == "3600"
    assert told[-1] == {"tenant": "hue", "beside": None, "packed": 61} | {"ms": told[-1]["ms"]}
    assert json.loads(asked["Policy"]) == entitlements.session_policy(credentials.account(), "hue")


def test_many_requests_are_served_by_one_session_of_each_space(sts: Sts) -> None:
    assert {keys_of().access_key for _ in range(50)} == {"ASIA1"}
    assert {keys_of("hue-city").access_key for _ in range(50)} == {"ASIA2"}
    assert keys_of("hue", "figures").access_key == "ASIA3"
    assert keys_of().access_key == "ASIA1"


def test_a_session_is_renewed_while_an_address_signed_with_it_still_lasts(sts: Sts) -> None:
    assert keys_of().access_key == "ASIA1"
    clock.set_source(lambda: NOON + LASTING_S - RENEWED_S - 1)
    assert keys_of().access_key == "ASIA1"
    clock.set_source(lambda: NOON + LASTING_S - RENEWED_S)
    assert keys_of().access_key == "ASIA2"
    assert RENEWED_S > 900  # the longest that an address lasts


def test_of_many_threads_that_need_a_session_one_asks(sts: Sts) -> None:
    sts.gate = threading.Event()
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(keys_of) for _ in range(16)]
        assert sts.arrived.acquire(timeout=10)
        sts.gate.set()
        assert {each.result().access_key for each in waiting} == {"ASIA1"}
    assert len(sts.asked) == 1


def test_nobody_waits_for_a_renewal_while_the_old_session_lasts(sts: Sts) -> None:
    keys_of()
    sts.arrived.acquire()
    clock.set_source(lambda: NOON + LASTING_S - RENEWED_S)
    sts.gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(keys_of)
        assert sts.arrived.acquire(timeout=10)
        assert keys_of().access_key == "ASIA1"
        sts.gate.set()
        assert renewing.result().access_key == "ASIA2"


def test_what_cannot_be_renewed_serves_until_its_end(sts: Sts) -> None:
    keys_of()
    sts.status, sts.code = 403, "AccessDenied"
    clock.set_source(lambda: NOON + LASTING_S - RENEWED_S)
    assert {keys_of().access_key for _ in range(20)} == {"ASIA1"}
    assert len(sts.asked) == 2  # it is not asked again at every request
    clock.set_source(lambda: NOON + LASTING_S - RENEWED_S + 30)
    keys_of()
    assert len(sts.asked) == 3
    clock.set_source(lambda: NOON + LASTING_S)
    with pytest.raises(Unavailable):
        keys_of()
    sts.status = 200
    assert keys_of().access_key == "ASIA5"


def test_what_passes_is_asked_again_and_what_does_not_is_not(sts: Sts) -> None:
    sts.status, sts.code = 400, "Throttling"
    with pytest.raises(Unavailable):
        keys_of()
    assert len(sts.asked) == 3
    sts.status, sts.code = 403, "AccessDenied"
    with pytest.raises(Unavailable):
        keys_of()
    assert len(sts.asked) == 4


def test_an_sts_that_is_not_there_is_an_outage(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCMO_AWS_URL", "http://127.0.0.1:1")
    forget_everything()
    with pytest.raises(Unavailable):
        keys_of()


def test_as_many_spaces_as_there_are_are_not_all_remembered(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_SPACES_KEPT", 10)
    for number in range(25):
        keys_of(f"space-{number}")
    assert len(credentials._kept) == 10
    keys_of("space-24")
    assert len(sts.asked) == 25


def test_each_signature_is_the_acting_spaces(sts: Sts) -> None:
    def signed(slug: str) -> str:
        with acting.on_behalf_of(slug):
            return files.address(f"{slug}/x")

    assert "X-Amz-Credential=ASIA1%2F" in as_nobody(signed, "hue")
    assert "X-Amz-Credential=ASIA2%2F" in as_nobody(signed, "hue-city")
    assert "X-Amz-Credential=ASIA1%2F" in as_nobody(signed, "hue")

    def form() -> str:
        with acting.on_behalf_of("hue"):
            fields: dict[str, str] = files.upload_form("hue/x", "text/plain", 10)["fields"]
        return f"{fields['x-amz-credential']} {fields['x-amz-security-token']}"

    assert re.fullmatch(r"ASIA1/\S+ t//\+=", as_nobody(form))


def test_the_platform_signs_with_its_own(sts: Sts) -> None:
    assert keys_of("platform").access_key == "AKIAOWN"
    assert sts.asked == []


def test_on_one_machine_nothing_is_assumed(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOCMO_SPACE_ROLE_ARN")
    config.current.cache_clear()
    assert keys_of().access_key == "AKIAOWN"
    assert sts.asked == []


def test_the_functions_own_keys_are_those_of_its_environment(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    credentials.reset()
    assert credentials.own() == credentials.Keys("AKIAOWN", "own", "token")


def test_without_an_environment_botocore_looks_for_them(
    sts: Sts, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    kept = tmp_path_factory.mktemp("aws") / "credentials"
    kept.write_text("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(kept))
    credentials.reset()
    assert credentials.own().access_key == "AKIAFILE"


# What is asked for


@pytest.mark.parametrize("beside", [None, *SHARED])
@pytest.mark.parametrize("slug", ["hue", "trung-uong", LONGEST])
def test_a_sessions_policy_fits(slug: str, beside: Shared | None) -> None:
    policy = entitlements.session_policy(WIDEST, slug, beside)
    assert len(json.dumps(policy, separators=(",", ":"))) <= 2_048


@pytest.mark.parametrize("function", ["api", "hocmo-prod-apply_changes", "f" * 64])
@pytest.mark.parametrize("slug", ["hue", LONGEST])
def test_a_sessions_name_tells_function_and_space(function: str, slug: str) -> None:
    name = credentials.session_name(function, slug)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name)
    assert name.endswith(f"@{slug}")
    assert function.startswith(name.partition("@")[0])


def _resources(slug: str) -> Iterator[str]:
    for statement in entitlements.session_policy(WIDEST, slug, "figures")["Statement"]:
        named = statement["Resource"]
        yield from [named] if isinstance(named, str) else named


def test_a_policy_names_whole_tables_and_never_a_prefix_of_names() -> None:
    """``…-hue-*`` would be the tables of ``hue-city``, too."""
    named = [each.partition(":table/")[2] for each in _resources("hue") if ":table/" in each]
    own = [f"hocmo-ssssssssssssssss-hue-{kind}" for kind in TABLE_KINDS]
    indexes = [f"hocmo-ssssssssssssssss-hue-{kind}/index/*" for kind in INDEXED_KINDS]
    assert sorted(named) == sorted([*own, *indexes, "hocmo-ssssssssssssssss-platform"])
    assert all("*" not in each.partition("/")[0] for each in named)


def test_every_index_is_named() -> None:
    """A table that got an index later would have it out of reach."""
    indexed = [kind for kind in TABLE_KINDS if "GlobalSecondaryIndexes" in tables.definition("x", kind)]
    assert indexed == list(INDEXED_KINDS)


def _actions(policy: dict[str, object]) -> set[str]:
    statements: list[dict[str, object]] = policy["Statement"]  # type: ignore[assignment]
    return {
        str(action)
        for statement in statements
        for action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
    }


def test_the_role_allows_nothing_of_the_control_plane() -> None:
    allowed = _actions(entitlements.role_policy(WIDEST))
    assert {each.partition(":")[0] for each in allowed} == {"dynamodb", "s3", "kms"}
    assert not [each for each in allowed if re.search("Table|Backup|Stream|PartiQL|Bucket[^L]|Acl|Policy|Grant", each)]


def test_the_tables_key_is_used_through_dynamodb_alone() -> None:
    """It also seals the keys that sign tokens."""
    for policy in (entitlements.role_policy(WIDEST), entitlements.session_policy(WIDEST, "hue")):
        (use,) = [each for each in policy["Statement"] if each["Resource"] == WIDEST.key_arn]
        assert use["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.ap-southeast-1.amazonaws.com"}}


def test_what_is_written_beside_are_those_partitions_alone() -> None:
    kinds = ("", "#audiences", "#courses", "#skills#*", "#????-??")
    figures = [f"national-figures{kind}" for kind in kinds]
    for beside, partitions in (("figures", figures), ("courses", "national#*")):
        policy = entitlements.session_policy(WIDEST, "hue", beside)  # type: ignore[arg-type]
        (shared,) = [each for each in policy["Statement"] if str(each["Resource"]).endswith("-platform")]
        assert shared["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}}
    for policy in (entitlements.session_policy(WIDEST, "hue"),):
        assert not [each for each in policy["Statement"] if str(each["Resource"]).endswith("-platform")]


def test_assuming_is_no_call_of_the_requests_budget(sts: Sts) -> None:
    meter = Meter()
    remembered = METER.set(meter)
    try:
        with acting.on_behalf_of("hue"):
            credentials.of_now()
    finally:
        METER.reset(remembered)
    assert (meter.calls, len(sts.asked)) == (0, 1)
