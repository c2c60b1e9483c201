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
CODES = 3  # one-time codes for one login, each with few tries of its own
CODES_A_DAY = 12  # so that guessing at six digits takes decades (SP 800-63B, 5.2.2)
COMINGS = 3  # with one state of a sign-in elsewhere: a reload, and the second question of one that was silent
COMINGS_BY_ADDRESS = 60  # in each shard: 1,920 in all, a ministry behind one address on its first morning
MESSAGES_A_DAY = 2_000  # short messages of one space: they cost, and who asks for them need not be who pays
_DAY_S = 24 * 3600


class TooManyTries(TooManyRequests):
    """Too many tries from this address, or for this login."""

    code = "too_many_tries"
    vi = "Bạn đã thử quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại."
    en = "There were too many tries. Wait {minutes} minutes and try again."


class TooManyMessages(TooManyRequests):
    """A space has sent as many short messages as it may in a day."""

    code = "too_many_messages"
    vi = "Đơn vị đã gửi hết {most} tin nhắn SMS của hôm nay. Hãy dùng email hoặc mã kích hoạt, hoặc đợi sang ngày mai."
    en = (
        "The space has sent its {most} short messages of today. Use e-mail or an activation code, or wait for tomorrow."
    )


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


def code(space: Space, login: str, address: str) -> None:
    """Count a request for a one-time code: one transaction of 3 updates. Raises: TooManyTries."""
    until = _kept_until()
    writes = [
        store.counting(space, _key("code", login), CODES, until),
        store.counting(space, _address_key("code", login, address), ADDRESS_TRIES, until),
        store.counting(space, _day_key("code", login), CODES_A_DAY, clock.epoch_s() + 2 * _DAY_S),
    ]
    try:
        transact(writes)
    except TransactionFailed as failure:
        raise _too_many(_DAY_S if failure.failed == [2] else WINDOW_S) from None


def coming_back(space: Space, state: str, address: str) -> None:
    """Count somebody who comes back from a sign-in elsewhere with a code that is to be asked about there: an invented
    one would cost us the wait, and us the provider's patience. One transaction of 2 updates. Raises: TooManyTries."""
    _count(
        [
            store.counting(space, _key("coming", state), COMINGS, _kept_until()),
            store.counting(space, _address_key("coming", state, address), COMINGS_BY_ADDRESS, _kept_until()),
        ]
    )


def message(space: Space) -> None:
    """Count a short message of the space: one transaction, 2 WCU. Raises: TooManyMessages."""
    try:
        store.count(space, _day_key("message", space.slug), MESSAGES_A_DAY, clock.epoch_s() + 2 * _DAY_S)
    except ConditionFailed:
        raise TooManyMessages(most=MESSAGES_A_DAY) from None


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


def _too_many(window_s: int = WINDOW_S) -> TooManyTries:
    left = window_s - clock.epoch_s() % window_s
    return TooManyTries(retry_after_s=left, minutes=-(-left // 60))


def _key(what: str, subject: str) -> tuple[str, str]:
    # Fingerprints: the table of tries is no second list of who signs in from where.
    return f"tries#{what}#{ids.fingerprint(subject)[:32]}", str(_window())


def _day_key(what: str, subject: str) -> tuple[str, str]:
    key, _ = _key(f"{what}#day", subject)
    return key, str(clock.epoch_s() // _DAY_S)


def _address_key(what: str, login: str, address: str) -> tuple[str, str]:
    shard = ids.shard(login, ADDRESS_SHARDS)
    return _key(f"{what}#address", f"{network(address)}#{shard}")


def _window() -> int:
    return clock.epoch_s() // WINDOW_S


def _kept_until() -> int:
    return (_window() + 2) * WINDOW_S
