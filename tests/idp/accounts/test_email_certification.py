"""An address is certified for a year; then mails ask, and later the way to the portal does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.accounts import email_certification
from idp.accounts.email_certification import Certified
from idp.accounts.models import Account, EmailAddress
from idp.audit.models import AuditEvent
from idp.db import db, new_id, unit_of_work
from idp.proofs import links
from idp.settings import settings
from tests.builders import Member, a_client, a_fund, a_member, the_account
from tests.mailbox import link_in, mails_to
from tests.rows import row

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
GRACE = 15 * DAY


@pytest.fixture
def due(app: Flask, lea: Member) -> timedelta:
    """How long until her certification is due."""
    with app.app_context():
        due_at = the_account(lea).email.certification_due_at
    assert due_at is not None
    return due_at - clock.now()


def a_secret(app: Flask, member: Member) -> str:
    """The secret of one more mail to that person."""
    with app.app_context():
        with unit_of_work():
            address = EmailAddress.live(member.id)
            assert address is not None
            email_certification.send(address, urgent=False)
        mail = mails_to(app, member.email)[-1]
    return link_in(mail).rpartition("/")[2]


def certify(app: Flask, secret: str) -> Certified | None:
    with app.app_context(), unit_of_work():
        return email_certification.certify(secret)


def change(app: Flask, member: Member, **values: object) -> None:
    """Change columns of her account, or of its address."""
    with app.app_context():
        account = the_account(member)
        for name, value in values.items():
            setattr(account if hasattr(Account, name) else account.email, name, value)
        db.session.commit()


@row("LNK-13")
def test_first_due_dates_are_spread_over_the_second_half_of_the_year(app: Flask):
    now = clock.now()
    with app.app_context():
        dues = [email_certification.first_due(new_id(), now) - now for _ in range(2400)]
        half = settings.email_certified_for / 2
    months = [int((due - half) / (half / 12)) for due in dues]
    assert min(dues) >= half
    assert max(dues) < 2 * half
    assert all(120 < months.count(month) < 290 for month in range(12))


def test_the_first_due_date_of_an_account_is_always_the_same(app: Flask):
    account_id, now = new_id(), clock.now()
    with app.app_context():
        first, again = (email_certification.first_due(account_id, now) for _ in range(2))
    assert first == again


@row("LNK-4")
def test_the_link_of_a_reminder_works_until_the_grace_is_over(app: Flask, lea: Member, due: timedelta):
    first, second = a_secret(app, lea), a_secret(app, lea)
    with clock.travel(due + GRACE + SECOND):
        assert certify(app, first) is None
    with clock.travel(due + GRACE - SECOND):
        certified = certify(app, second)
        assert certified is not None
        assert certified.until == pytest.approx(clock.now() + 365 * DAY, abs=5 * SECOND)


@row("LNK-4")
def test_the_link_that_was_asked_for_later_works_for_a_day(app: Flask, lea: Member, due: timedelta):
    late = due + GRACE + 100 * DAY
    with clock.travel(late):
        first, second = a_secret(app, lea), a_secret(app, lea)
    with clock.travel(late + DAY + SECOND):
        assert certify(app, first) is None
    with clock.travel(late + DAY - SECOND):
        assert certify(app, second) is not None


def test_a_link_certifies_once_and_then_says_that_it_is_done(app: Flask, lea: Member):
    secret = a_secret(app, lea)
    first, again = certify(app, secret), certify(app, secret)
    assert (first and first.address, first and first.until is not None) == (lea.email, True)
    assert (again and again.address, again and again.until) == (lea.email, None)


def test_of_two_links_the_other_dies_with_the_first_click(app: Flask, lea: Member):
    first, second = a_secret(app, lea), a_secret(app, lea)
    assert certify(app, second) is not None
    assert certify(app, first) is None


def test_a_link_to_an_address_that_changed_since_is_dead(app: Flask, lea: Member):
    secret = a_secret(app, lea)
    change(app, lea, canonical="other@example.org", certified_at=None)
    assert certify(app, secret) is None
    with app.app_context():
        assert the_account(lea).email.certified_at is None


@pytest.mark.parametrize("fact", ["suspended_at", "closed_at"])
def test_a_link_of_an_account_that_may_not_be_used_is_dead(app: Flask, lea: Member, fact: str):
    used, secret = a_secret(app, lea), a_secret(app, lea)
    certify(app, used)
    change(app, lea, **{fact: clock.now()})
    assert certify(app, secret) is None
    assert certify(app, used) is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "\u00e9" * 43], ids=["empty", "short", "unknown", "accents"])
def test_what_is_no_link_of_ours_certifies_nothing(app: Flask, lea: Member, secret: str):
    assert certify(app, secret) is None


def test_another_links_secret_certifies_nothing(app: Flask, lea: Member):
    with app.app_context(), unit_of_work():
        secret = links.issue("password-reset", lea.id, DAY, bound_to=lea.email)
    assert certify(app, secret) is None


@row("LNK-5")
def test_of_many_clicks_at_once_one_certifies_and_all_are_told(any_app: Flask):
    with any_app.app_context():
        person = a_member()
    secret = a_secret(any_app, person)
    with ThreadPoolExecutor(8) as clicks:
        done = list(clicks.map(lambda _: certify(any_app, secret), range(8)))
    assert all(done)
    assert [bool(one and one.until) for one in done].count(True) == 1


def test_who_certified_is_led_to_the_portal_of_their_fund(app: Flask, lea: Member):
    with app.app_context():
        fund_id = a_fund(home_client_id=a_client(client_id="home").client_id).id
    change(app, lea, fund_id=fund_id)
    certified = certify(app, a_secret(app, lea))
    assert certified is not None
    assert (certified.fund_id, certified.home_client_id) == (fund_id, "home")


def test_both_deeds_are_in_the_audit(app: Flask, lea: Member):
    certify(app, a_secret(app, lea))
    with app.app_context():
        events = [row.event for row in db.session.query(AuditEvent).filter_by(subject_id=lea.id)]
    assert events[-2:] == ["accounts:email_certification:sent", "accounts:email_certification:certified"]


def test_an_address_is_good_until_the_grace_is_over_and_without_a_date_for_ever(app: Flask):
    now = clock.now()
    with app.app_context():
        judged = [
            email_certification.is_good(certified_at, due_at, now)
            for certified_at, due_at in (
                (None, None),
                (None, now + DAY),
                (now, None),
                (now, now - GRACE + SECOND),
                (now, now - GRACE),
            )
        ]
    assert judged == [False, False, True, True, False]
