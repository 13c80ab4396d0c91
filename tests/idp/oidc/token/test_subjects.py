"""The `sub` of an account: random, stored at first use, one a sector."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from idp.db import db, unit_of_work
from idp.oidc.models.subject import Subject
from idp.oidc.token import subjects
from tests.builders import an_account, the_account
from tests.rows import row


def test_it_is_random_and_says_nothing_of_the_account(alive):
    sub = UUID(subjects.sub_of(alive))
    assert sub.version == 4
    assert sub != alive.account_id
    assert Subject.account_of(str(sub), alive.sector) == alive.account_id


def test_what_one_sector_knows_is_nobody_to_another(alive):
    """Core 8.1: two clients cannot find out, by asking us, that they know the same person."""
    sub = str(subjects.sub_for(alive.account_id, "a.example.org"))
    assert Subject.account_of(sub, "b.example.org") is None


def test_a_known_one_is_not_asked_again(alive):
    known = alive._replace(sub=UUID(int=4))
    assert subjects.sub_of(known) == str(UUID(int=4))


@row("OID-19")
def test_it_stays_and_differs_from_sector_to_sector(alive):
    first = subjects.sub_for(alive.account_id, "a.example.org")
    assert subjects.sub_for(alive.account_id, "a.example.org") == first
    assert subjects.sub_for(alive.account_id, "b.example.org") != first


@row("OID-19")
def test_it_outlives_its_account_and_is_not_given_to_who_takes_the_address_over(any_app):
    with any_app.app_context():
        former = an_account(email="bureau@example.org")
        with unit_of_work():
            known = subjects.sub_for(former.id, "")
        db.session.delete(the_account(former))
        db.session.commit()
        successor = an_account(email="bureau@example.org")
        with unit_of_work():
            assert subjects.sub_for(successor.id, "") != known
        assert Subject.account_of(str(known), "") is None
        assert db.session.query(Subject).filter_by(account_id=None).count() == 1


def test_of_two_first_uses_at_once_both_get_the_same(any_app):
    with any_app.app_context():
        account_id = an_account().id

    def first_use(_):
        with any_app.app_context(), unit_of_work():
            return subjects.sub_for(account_id, "")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(first_use, range(8)))) == 1
    with any_app.app_context():
        assert db.session.query(Subject).filter_by(account_id=account_id).count() == 1
