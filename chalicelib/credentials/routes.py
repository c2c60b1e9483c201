"""What the web sees of credentials: what anyone verifies, what a learner holds, what a space issues.

What anyone may read is answered from the register alone, whatever has become of the space: those operations name the
space by its slug and never enter it.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field

from chalicelib.credentials import (  # noqa: F401 (some react)
    addresses,
    ending,
    issuing,
    keys,
    missing,
    replacing,
    settling,
    telling,
    templates,
    views,
    withdrawing,
)
from chalicelib.credentials.addresses import CredentialNumber
from chalicelib.credentials.ending import CredentialEnded
from chalicelib.credentials.issuing import HoldsAlready, NameMissing, NotAchieved
from chalicelib.credentials.keys import KeyPending, TooManyKeys, TooManyWithdrawals
from chalicelib.credentials.models import (
    CertificationRule,
    CertificationRuleCard,
    CredentialCard,
    CredentialQuery,
    CredentialSettings,
    IssuedCard,
    IssuerKeys,
    MissingCard,
    NewCredential,
    NewWithdrawal,
    PublicCredential,
    Reissue,
    Retry,
    Retrying,
    Revocation,
    Template,
    TemplateBody,
    Templates,
    Withdrawal,
)
from chalicelib.credentials.prints import kept
from chalicelib.credentials.prints.kept import Replaced, Revoked
from chalicelib.credentials.replacing import NothingToCorrect, TooManyReissues
from chalicelib.credentials.templates import TemplateInUse, TooManyTemplates
from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature, Raw
from chalicelib.http.models import Id, Page, PageQuery, Slug
from chalicelib.http.permissions import ANYONE, LEARN, MANAGE_PEOPLE, MANAGE_SPACE, OPERATE, READ_LEARNERS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.printing import qr
from chalicelib.storage.spaces import Space

credentials = Feature("credentials")
ListNumber = Annotated[int, Field(ge=0, le=99_999)]
_MINUTE, _DAY = "public, max-age=60", "public, max-age=86400"
_SVG = "image/svg+xml"
_VC, _TOKEN = "application/vc", "application/vc+jwt"  # W3C, Verifiable Credentials 2.0, C.1; VC-JOSE-COSE, 6.1
# A certificate is found by whoever has its number, not by searching for a name.
_UNLISTED = {"X-Robots-Tag": "noindex"}
# Verifiers that run in a browser stand on other people's hosts (did:web method, "CORS Policy").
_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
_VERIFIED = _UNLISTED | _ANYWHERE
_WITHDRAWAL = "/credential-keys/{key}/withdrawal"
_WITHDRAWS: dict[str, Any] = {"status": 202, "audits": ["since"]}


@credentials.get(
    "/credentials/{credential}",
    may=ANYONE,
    budget=Budget(calls=1, rcu=2),
    cache=_MINUTE,
    also={303: "A browser is led to the page that people read."},
)
def read_credential(credential: CredentialNumber, circumstances: Circumstances) -> Answer[PublicCredential]:
    """What a credential says and whether it holds, for anyone and for ever: also after its space was suspended, closed
    or merged into another."""
    if _is_a_page_wanted(circumstances):
        headers = _VERIFIED | {"Vary": "Accept"}
        return Answer(
            cast(Any, None), status=303, location=addresses.shown(credential), cache="no-store", headers=headers
        )
    return Answer(views.page(credential), headers=_VERIFIED | {"Vary": "Accept"})


@credentials.get("/credentials/{credential}/qr.svg", may=ANYONE, budget=Budget(calls=0), cache=_DAY, media=_SVG)
def draw_credential_code(credential: CredentialNumber) -> Raw:
    """The QR code that leads people to a credential's page, as a drawing: to be shown on a phone and read by another.
    What the credential says, and whether there is one, is asked for apart."""
    return Raw(qr.drawing(addresses.shown(credential)), _SVG, headers=_UNLISTED)


@credentials.get("/credentials/{credential}/vc", may=ANYONE, budget=Budget(calls=1, rcu=2), cache=_MINUTE, media=_VC)
def read_signed_credential(credential: CredentialNumber) -> Raw:
    """The credential itself, with its signature; whether it holds, its status list says.

    It is an `OpenBadgeCredential` (Open Badges 3.0, Verifiable Credentials 2.0) with a proof of the suite
    `eddsa-rdfc-2022` inside."""
    return Raw(views.signed(credential), _VC, headers=_VERIFIED)


@credentials.get(
    "/credentials/{credential}/jwt", may=ANYONE, budget=Budget(calls=1, rcu=2), cache=_MINUTE, media=_TOKEN
)
def read_credential_token(credential: CredentialNumber) -> Raw:
    """The credential as a signed JSON Web Token (`EdDSA`)."""
    return Raw(views.token(credential), _TOKEN, headers=_VERIFIED)


@credentials.get(
    "/credentials/{credential}/certificate.pdf",
    may=ANYONE,
    status=302,
    budget=Budget(calls=1, rcu=2),
    cache=_MINUTE,
    crosses="tenants",
    raises=[Revoked, Replaced],
)
def print_credential(credential: CredentialNumber) -> Answer[None]:
    """The credential as a page to print (PDF, A4 landscape, tagged): a redirect to a short-lived address. One that was
    revoked or replaced is refused, with what became of it."""
    return Answer(None, location=kept.certificate(credential), headers=_UNLISTED)


@credentials.get(
    "/credentials/{credential}/share.png",
    may=ANYONE,
    status=302,
    budget=Budget(calls=1, rcu=2),
    cache=_MINUTE,
    crosses="tenants",
    raises=[Revoked, Replaced],
)
def picture_credential(credential: CredentialNumber) -> Answer[None]:
    """The credential as a picture to share (PNG, 1200 by 630): a redirect to a short-lived address."""
    return Answer(None, location=kept.picture(credential), headers=_UNLISTED)


@credentials.get(
    "/spaces/{space}/did.json", may=ANYONE, budget=Budget(calls=0), cache=_MINUTE, media="application/did+json"
)
def read_issuer_keys_document(space: Slug) -> Raw:
    """The DID document of a space as an issuer (did:web): the keys that its credentials are verified with, those that
    no longer sign among them."""
    return Raw(views.did_document(space), "application/did+json", headers=_ANYWHERE)


@credentials.get(
    "/spaces/{space}/issuer", may=ANYONE, budget=Budget(calls=0), cache=_MINUTE, media="application/ld+json"
)
def read_issuer(space: Slug) -> Raw:
    """Who a space is as an issuer: a `Profile` of Open Badges 3.0."""
    return Raw(views.issuer_profile(space), "application/ld+json", headers=_ANYWHERE)


@credentials.get("/spaces/{space}/status-lists/{number}", may=ANYONE, budget=Budget(calls=0), cache=_MINUTE, media=_VC)
def read_status_list(space: Slug, number: ListNumber) -> Raw:
    """Which of a space's credentials are revoked: a signed `BitstringStatusListCredential`. A revocation is seen within
    a minute or two."""
    return Raw(views.status_list(space, number), _VC, headers=_ANYWHERE)


@credentials.get(
    "/spaces/{space}/me/credentials", may=LEARN, budget=Budget(calls=2, rcu=120), raises=[paging.BadCursor]
)
def list_my_credentials(space: Space, actor: Actor, query: PageQuery) -> Page[CredentialCard]:
    """What I was issued in this space."""
    found, more = views.mine(space, actor.person_id, query.cursor, query.limit)
    return Page[CredentialCard](items=found, next=more)


@credentials.get(
    "/spaces/{space}/credentials", may=READ_LEARNERS, budget=Budget(calls=3, rcu=180), raises=[paging.BadCursor]
)
def list_credentials(space: Space, query: CredentialQuery) -> Page[IssuedCard]:
    """What the space has issued, newest first; of one course with `about`."""
    found, more = views.listed(space, query.about, query.cursor, query.limit)
    return Page[IssuedCard](items=found, next=more)


@credentials.get(
    "/spaces/{space}/people/{person}/credentials",
    may=READ_LEARNERS,
    budget=Budget(calls=2, rcu=120),
    raises=[paging.BadCursor],
)
def list_credentials_of(space: Space, person: Id, query: PageQuery) -> Page[IssuedCard]:
    """What somebody was issued in this space."""
    found, more = views.of_person(space, person, query.cursor, query.limit)
    return Page[IssuedCard](items=found, next=more)


@credentials.get("/spaces/{space}/credentials/{credential}", may=READ_LEARNERS, budget=Budget(calls=2, rcu=3))
def read_issued_credential(space: Space, credential: CredentialNumber) -> IssuedCard:
    """One credential, and whose it is."""
    return views.one(space, credential)


@credentials.post(
    "/spaces/{space}/credentials",
    may=MANAGE_PEOPLE,
    status=201,
    audits=["person", "kind", "about"],
    raises=[NotAchieved, HoldsAlready, NameMissing],
)
def issue_credential(space: Space, body: NewCredential) -> IssuedCard:
    """Issue by hand what somebody has achieved: before the course was certified, or while their account had no name."""
    return views.one(space, issuing.by_hand(space, body.kind, body.about, body.person))


@credentials.get(
    "/spaces/{space}/missing-credentials",
    may=MANAGE_PEOPLE,
    budget=Budget(calls=2, rcu=60),
    raises=[paging.BadCursor],
)
def list_missing_credentials(space: Space, query: PageQuery) -> Page[MissingCard]:
    """What people achieved that is certified, and were not issued, with the reason."""
    return missing.page(space, query)


@credentials.post(
    "/spaces/{space}/missing-credentials/retries", may=MANAGE_PEOPLE, status=202, creates=True, audits=["kind", "about"]
)
def retry_missing_credentials(space: Space, body: Retry, circumstances: Circumstances) -> Answer[Retrying]:
    """Try again what is listed; or issue to everyone who has achieved something and holds no certificate for it.

    The latter is for what was not certified before. A job asks for each; the list says what was still not issued."""
    job = missing.retry(space, body, circumstances)
    return Answer(Retrying(job=job), location=f"/v1/spaces/{space.slug}/jobs/{job}")


@credentials.put(
    "/spaces/{space}/credentials/{credential}/revocation",
    may=MANAGE_PEOPLE,
    audits=["reason"],
    raises=[CredentialEnded],
)
def revoke_credential(space: Space, credential: CredentialNumber, body: Revocation) -> IssuedCard:
    """Let a credential hold no more, for ever. Anyone who verifies it is told so within a minute or two."""
    ending.revoke(space, credential, body.reason)
    return views.one(space, credential)


@credentials.post(
    "/spaces/{space}/credentials/{credential}/reissues",
    may=MANAGE_PEOPLE,
    status=201,
    audits=["name"],
    raises=[CredentialEnded, NothingToCorrect, TooManyReissues],
)
def reissue_credential(space: Space, credential: CredentialNumber, body: Reissue) -> IssuedCard:
    """Issue a credential anew with a corrected name. The one before says by which it was superseded."""
    return views.one(space, replacing.reissue(space, credential, body.name).number)


@credentials.get("/spaces/{space}/credential-settings", may=MANAGE_SPACE, budget=Budget(calls=1, rcu=1))
def read_credential_settings(space: Space) -> CredentialSettings:
    """Which completions are certified where no rule says otherwise."""
    return templates.settings(space)


@credentials.put("/spaces/{space}/credential-settings", may=MANAGE_SPACE, audits=["courses", "template"])
def set_credential_settings(space: Space, body: CredentialSettings) -> CredentialSettings:
    """Decide which completions are certified from now on. Who completed a course before gets theirs by hand
    (`issue_credential`)."""
    return templates.set_settings(space, body)


@credentials.get(
    "/spaces/{space}/credential-rules", may=MANAGE_SPACE, budget=Budget(calls=1, rcu=4), raises=[paging.BadCursor]
)
def list_credential_rules(space: Space, query: PageQuery) -> Page[CertificationRuleCard]:
    """The courses that something else holds for than for all others."""
    found, more = templates.rules(space, query.cursor, query.limit)
    return Page[CertificationRuleCard](items=found, next=more)


@credentials.put("/spaces/{space}/credential-rules/{about}", may=MANAGE_SPACE, audits=["issues", "template"])
def set_credential_rule(space: Space, about: Id, body: CertificationRule) -> CertificationRuleCard:
    """Certify a course, or do not, whatever holds for all others."""
    return templates.set_rule(space, about, body)


@credentials.delete("/spaces/{space}/credential-rules/{about}", may=MANAGE_SPACE)
def drop_credential_rule(space: Space, about: Id) -> None:
    """Let for this course hold what holds for all others."""
    templates.drop_rule(space, about)


@credentials.get("/spaces/{space}/credential-templates", may=MANAGE_SPACE, budget=Budget(calls=1, rcu=50))
def list_credential_templates(space: Space) -> Templates:
    """What certificates of the space say."""
    return Templates(items=templates.every(space))


@credentials.post(
    "/spaces/{space}/credential-templates", may=MANAGE_SPACE, creates=True, audits=["name"], raises=[TooManyTemplates]
)
def add_credential_template(space: Space, body: TemplateBody, circumstances: Circumstances) -> Answer[Template]:
    """A new template: texts, signatories, and how long certificates hold."""
    made = templates.create(space, body, circumstances)
    where = f"/v1/spaces/{space.slug}/credential-templates/{made.template.id}"
    return Answer(made.template, etag=made.etag, location=where)


@credentials.get("/spaces/{space}/credential-templates/{template}", may=MANAGE_SPACE, budget=Budget(calls=1, rcu=2))
def read_credential_template(space: Space, template: Id) -> Answer[Template]:
    """One template."""
    found = templates.read(space, template)
    return Answer(found.template, etag=found.etag)


@credentials.put(
    "/spaces/{space}/credential-templates/{template}",
    may=MANAGE_SPACE,
    audits=["name"],
    raises=[PreconditionFailed, PreconditionRequired],
)
def replace_credential_template(
    space: Space, template: Id, body: TemplateBody, circumstances: Circumstances
) -> Answer[Template]:
    """Change what certificates say from now on. What was issued keeps its texts."""
    found = templates.replace(space, template, body, circumstances)
    return Answer(found.template, etag=found.etag)


@credentials.delete("/spaces/{space}/credential-templates/{template}", may=MANAGE_SPACE, raises=[TemplateInUse])
def delete_credential_template(space: Space, template: Id) -> None:
    """Delete a template. What was issued keeps its texts; courses that named it get the usual one."""
    templates.delete(space, template)


@credentials.get("/spaces/{space}/credential-keys", may=MANAGE_SPACE, budget=Budget(calls=0))
def list_credential_keys(space: Space) -> IssuerKeys:
    """The keys that the space's credentials are signed with, or were."""
    return views.issuer_keys(space.slug)


@credentials.post("/spaces/{space}/credential-keys", may=MANAGE_SPACE, status=201, raises=[KeyPending, TooManyKeys])
def rotate_credential_key(space: Space) -> IssuerKeys:
    """Have a new key sign, from five minutes on. What was signed before goes on verifying."""
    keys.rotate(space.slug)
    return views.issuer_keys(space.slug)


@credentials.put(
    f"/spaces/{{space}}{_WITHDRAWAL}", may=MANAGE_SPACE, raises=[TooManyWithdrawals, TooManyKeys], **_WITHDRAWS
)
def withdraw_credential_key(
    space: Space, key: Id, body: NewWithdrawal, circumstances: Circumstances
) -> Answer[Withdrawal]:
    """Withdraw a key that fell into others' hands: what it signed is believed no more, and another key signs.

    It takes a minute or two, and holds whatever time a signature says. What the space has issued is signed anew under
    the same numbers: a job does it. Whoever kept a copy fetches it again. Three within 24 hours; the central ministry
    may withdraw more."""
    made = withdrawing.withdraw(space.slug, key, body.since, circumstances.actor_id, keys.ADMINS)
    return Answer(made, location=f"/v1/spaces/{space.slug}/jobs/{made.job}")


@credentials.put(f"/tenants/{{slug}}{_WITHDRAWAL}", may=OPERATE, raises=[TooManyKeys], **_WITHDRAWS)
def withdraw_key_of_tenant(
    slug: Slug, key: Id, body: NewWithdrawal, circumstances: Circumstances
) -> Answer[Withdrawal]:
    """The same for a space that is suspended or closed, whose admins are not to be reached, or have withdrawn as many
    as they may."""
    return Answer(withdrawing.withdraw(slug, key, body.since, circumstances.actor_id, keys.OPERATORS))


def _is_a_page_wanted(circumstances: Circumstances) -> bool:
    """Only browsers that turn to an address name HTML; programs ask for JSON or for anything."""
    return "text/html" in circumstances.headers.get("accept", "")
