"""What reading costs, warm: whoever verifies a certificate must cost a space nothing worth counting."""

from __future__ import annotations

from tests.api import Api
from tests.credentials.holders import as_, certifying, complete, issued, learner
from tests.emulated import Cloud
from tests.learning.courses import publish
from tests.spending import spending


def test_reading_keeps_to_its_budget(aws: Cloud, api: Api) -> None:
    hue = certifying()
    person, course = learner(hue), publish(hue.space, "1")
    number = issued(aws, hue, person, course)
    for turn in range(5):
        complete(hue, learner(hue, f"Người {turn}", f"n{turn}@hue.example"), course)
    aws.drain()
    public = [f"/credentials/{number}{what}" for what in ("", "/vc", "/jwt")]
    public += [hue.at(f"/{what}") for what in ("did.json", "issuer", "status-lists/0")]
    staff = [hue.at(what) for what in ("/credentials", f"/credentials/{number}", f"/people/{person.id}/credentials")]
    staff += [hue.at(f"/credential-{what}") for what in ("settings", "rules", "templates", "keys")]
    for warm in (False, True):
        with spending() as spent:
            for address in public:
                assert api.get(address).status == 200
            for address in staff:
                hue.admin.get(address).ok()
            as_(hue, person).get(hue.at("/me/credentials")).ok()
        if warm:
            spent.within_budget()
            assert len(spent.lines) == len(public) + len(staff) + 1
