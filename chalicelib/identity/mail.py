"""Mail with one-time links, sent by a job: a call to SES that is lost is made again, and no request waits for it.

The link is made inside the job, so its secret is nowhere but in the mail. Done twice, it sends two mails whose links
both work: that is better than none.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.errors import NotFound
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.identity import letters, links
from chalicelib.identity.letters import Letter
from chalicelib.identity.links import Purpose
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage import mail, spaces
from chalicelib.storage.mail import Message
from chalicelib.storage.spaces import PLATFORM, Space
from chalicelib.tenants import registry

SEND = "mail.send"
PLATFORM_NAME = "Hocmo"


def order(space: Space, person_id: str, purpose: Purpose, *, by: str = "", job_id: str | None = None) -> str:
    """Have a letter sent, soon: 1 call, and a hint to the queue. ``person_id`` may be nobody's: then nothing is sent.

    With ``job_id``, ordering it again changes nothing.
    """
    return queue.enqueue(SEND, space.slug, {"person": person_id, "letter": purpose}, job_id=job_id, actor=by)


def name_of(space: Space) -> str:
    """The name that people know the space by."""
    return PLATFORM_NAME if space.is_platform else registry.profile(space).name


def post(space: Space, to: str, write: Callable[[str], Letter], *, headers: tuple[tuple[str, str], ...] = ()) -> None:
    """Send a letter to an address; it is written once given the name that people know the space by.

    Raises: MailRefused, Unavailable.
    """
    name = name_of(space)
    letter = write(name)
    mail.send(Message(name, to, letter.subject, letter.text, letter.html, headers))


@queue.handles(SEND, shown_to=MANAGE_PEOPLE)  # that somebody asked for a letter is theirs alone
def send(job: Job, run: Run) -> None:
    """Make the link and send the letter, if there is somebody to send it to and still reason to.

    Whether there was is not told: all of the staff see a space's jobs, and not all may know who has an account.
    """
    space = spaces.platform() if job.tenant == PLATFORM else spaces.find(job.tenant)
    purpose: Purpose = job.payload["letter"]
    person = _addressee(space, job.payload["person"], purpose)
    if person is None or person.email is None:
        return
    address = links.make(space, person, purpose)
    facts = {"name": person.name, "address": address}
    post(space, person.email, lambda name: letters.write(purpose, person.locale, space=name, **facts))


def _addressee(space: Space, person_id: str, purpose: Purpose) -> Person | None:
    if not person_id:
        return None
    try:
        person = persons.get(space, person_id, consistent=True)
    except NotFound:
        return None
    due = person.status == "invited" if purpose == "invitation" else person.status != "deactivated"
    return person if due else None
