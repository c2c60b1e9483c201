"""How often somebody may try: counted in the database before anything is verified, so that neither a cold start nor
many requests at once give more tries than there are.

A login has few tries in each quarter of an hour, an address many: an office, a school or a mobile network shares one.
An address's tries are kept in shards, chosen by what is tried, so that a thousand who sign in at once from one address
do not wait for one item. Tries that succeed are given back. Unknown logins count as known ones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import clock, ids
from chalicelib.errors import TooManyRequests
from chalicelib.http.addresses import network
from chalicelib.identity import store
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed, Write, transact

WINDOW_S = 15 * 60
LOGIN_TRIES = 10  # SP 800-63B, 5.2.2 allows a hundred in a row; a person needs three
ADDRESS_SHARDS = 32
ADDRESS_TRIES = 15  # in each shard: 480 in all, which 10,000 people of whom one in twenty errs do not reach
REGISTRATIONS = 1_000  # from one address, successful ones too: a school on its first morning
TAKEN = 10  # as many registrations counts one that hears that its identifier is taken: a hundred hear it at most
LETTERS = 3  # for one login


class TooManyTries(TooManyRequests):
    """Too many tries from this address, or for this login."""

    code = "too_many_tries"
    vi = "Bạn đã thử quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại."
    en = "There were too many tries. Wait {minutes} minutes and try again."


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try: what was counted where."""

    space: Space
    of_login: tuple[str, str]
    of_address: tuple[str, str]

    def succeeded(self) -> list[Write]:
        """The writes that forget the login's tries and give the address its own back."""
        return [store.forgetting(self.space, self.of_login), store.giving_back(self.space, self.of_address)]


def sign_in(space: Space, login: str, address: str) -> Try:
    """Count a try to sign in: one transaction of 2 updates. Raises: TooManyTries."""
    return _try(space, "login", login, LOGIN_TRIES, address)


def letter(space: Space, login: str, address: str) -> None:
    """Count a request for a letter: one transaction of 2 updates. Raises: TooManyTries."""
    _try(space, "letter", login, LETTERS, address)


def registration(space: Space, address: str) -> None:
    """Count a registration: one transaction, 2 WCU. Raises: TooManyTries."""
    _count_registration(space, address, 1)


def taken(space: Space, address: str) -> None:
    """Count, before it is told, that an identifier is taken: whoever asks for one after the other learns who has an
    account, and whoever registers hears it once. One transaction, 2 WCU. Raises: TooManyTries."""
    _count_registration(space, address, TAKEN)


def _count_registration(space: Space, address: str, weight: int) -> None:
    key = _key("registration#address", network(address))
    try:
        store.count(space, key, REGISTRATIONS, _kept_until(), weight=weight)
    except ConditionFailed:
        raise _too_many() from None


def forgiving(space: Space, login: str) -> Write:
    """The write that forgets this login's failed tries: whoever proves in another way who they are may sign in."""
    return store.forgetting(space, _key("login", login))


def _try(space: Space, what: str, login: str, tries: int, address: str) -> Try:
    of_login = _key(what, login)
    of_address = _address_key(what, login, address)
    _count(
        [
            store.counting(space, of_login, tries, _kept_until()),
            store.counting(space, of_address, ADDRESS_TRIES, _kept_until()),
        ]
    )
    return Try(space, of_login, of_address)


def _count(writes: Sequence[Write]) -> None:
    try:
        transact(writes)
    except TransactionFailed:
        raise _too_many() from None


def _too_many() -> TooManyTries:
    left = (_window() + 1) * WINDOW_S - clock.epoch_s()
    return TooManyTries(retry_after_s=left, minutes=-(-left // 60))


def _key(what: str, subject: str) -> tuple[str, str]:
    # Fingerprints: the table of tries is no second list of who signs in from where.
    return f"tries#{what}#{ids.fingerprint(subject)[:32]}", str(_window())


def _address_key(what: str, login: str, address: str) -> tuple[str, str]:
    shard = ids.shard(login, ADDRESS_SHARDS)
    return _key(f"{what}#address", f"{network(address)}#{shard}")


def _window() -> int:
    return clock.epoch_s() // WINDOW_S


def _kept_until() -> int:
    return (_window() + 2) * WINDOW_S
