"""The unit of work, and what both databases have in common."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
import sqlalchemy as sa

from idp import clock
from idp.db import UTCDateTime, db, driver_connection, new_id, own_transaction, seconds_from, unit_of_work
from idp.registry.models import Fund
from tests.builders import a_fund


def test_returning_commits(any_app):
    with any_app.app_context(), unit_of_work():
        fund_id = a_fund().id
    with any_app.app_context():
        assert db.session.get(Fund, fund_id) is not None


def rename_and_fail(fund_id):
    with unit_of_work():
        db.session.get(Fund, fund_id).name = "after"
        db.session.flush()
        raise ZeroDivisionError


def test_raising_rolls_back(any_app):
    with any_app.app_context():
        fund_id = a_fund(name="before").id
        with pytest.raises(ZeroDivisionError):
            rename_and_fail(fund_id)
    with any_app.app_context():
        assert db.session.get(Fund, fund_id).name == "before"


def test_an_own_transaction_is_kept_whatever_becomes_of_the_request(any_app):
    with any_app.app_context():
        fund_id = a_fund(website="before").id
        db.session.rollback()
        with own_transaction() as own:
            own.execute(sa.update(Fund).values(website="kept"))
        with pytest.raises(ZeroDivisionError):
            rename_and_fail(fund_id)
    with any_app.app_context():
        assert db.session.get(Fund, fund_id).website == "kept"


def test_an_own_transaction_refuses_to_wait_behind_the_requests_own(app):
    with app.app_context():
        db.session.execute(sa.select(1))
        with pytest.raises(AssertionError), own_transaction():
            pass


def test_what_reads_alone_begins_no_transaction_and_sees_what_was_committed(any_app):
    with any_app.app_context():
        fund_id = a_fund(website="committed").id
        db.session.commit()
        db.session.remove()
        with driver_connection(alone=True) as driver:
            assert driver.execute("SELECT website FROM fund").fetchone() == ("committed",)
        assert not db.session.registry.has()
        db.session.get(Fund, fund_id).website = "not yet"
        db.session.flush()
        with driver_connection(alone=True) as driver:
            assert driver.execute("SELECT website FROM fund").fetchone() == ("not yet",)  # in the one that has begun
        db.session.rollback()
        assert db.session.get(Fund, fund_id).website == "committed"


def read_and_fail():
    with driver_connection(alone=True) as driver:
        driver.execute("SELECT 1 FROM nothing_of_the_kind")


def test_a_connection_that_failed_is_not_used_again(any_app):
    with any_app.app_context():
        with pytest.raises((sqlite3.OperationalError, psycopg.ProgrammingError)):
            read_and_fail()
        assert db.engine.pool.checkedout() == 0
        fund_id = a_fund(website="before").id
        with pytest.raises(ZeroDivisionError):
            rename_and_fail(fund_id)
        assert db.session.get(Fund, fund_id).name != "after"  # one that still commits by itself would have kept it


def test_an_instant_comes_back_aware_and_in_utc(any_app):
    at = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=4)))
    with any_app.app_context():
        fund = a_fund(created_at=at)
        db.session.expire(fund)
        assert fund.created_at == at
        assert fund.created_at.tzinfo is UTC


def test_a_naive_instant_is_refused(app):
    with app.app_context(), pytest.raises(ValueError, match="naive"):
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), db.engine.dialect)  # noqa: DTZ001


def test_ids_are_in_the_order_of_their_making():
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100


def test_the_clock_of_the_database_is_compared_with_ours(any_app):
    with any_app.app_context():
        assert abs(seconds_from(db.session(), clock.now())) < timedelta(seconds=5)
        assert seconds_from(db.session(), clock.now() - timedelta(hours=1)) > timedelta(minutes=59)


def test_units_that_read_and_then_write_wait_for_each_other(any_app):
    """On SQLite one that reads first and writes later would be refused at once, whatever its patience."""
    with any_app.app_context():
        fund_id = a_fund(website="0").id

    def add_one() -> None:
        with any_app.app_context(), unit_of_work():
            fund = db.session.scalar(sa.select(Fund).where(Fund.id == fund_id).with_for_update())
            fund.website = str(int(fund.website) + 1)

    threads = [threading.Thread(target=add_one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_app.app_context():
        assert db.session.get(Fund, fund_id).website == "16"
