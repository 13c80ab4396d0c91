"""The one clock."""

from datetime import UTC, datetime, timedelta

from idp import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_a_test_travels_and_comes_back():
    before = clock.now()
    with clock.travel(timedelta(days=1)):
        assert clock.now() - before > timedelta(hours=23)
        with clock.travel(timedelta(days=1)):
            assert clock.now() - before > timedelta(hours=47)
    assert clock.now() - before < timedelta(minutes=1)


def test_a_test_travels_to_an_instant_and_time_goes_on_there():
    instant = datetime(2027, 3, 31, 22, 0, tzinfo=UTC)
    with clock.travel(instant):
        assert timedelta() <= clock.now() - instant < timedelta(seconds=5)
