"""What was typed stays while the password is asked for again."""

from datetime import timedelta

from idp import clock
from idp.alive import LiveSession
from idp.db import new_id
from idp.selfcare import typed

PLACE = "invite:here"


def a_session() -> LiveSession:
    now = clock.now()
    return LiveSession(new_id(), new_id(), ["pwd"], now, now, now, None, "Léa", "Martin", None, None, None, None)


def test_it_is_there_for_that_session_and_that_place_until_it_is_used(app):
    with app.app_context():
        hers, his = a_session(), a_session()
        typed.keep(hers, PLACE, {"email": "nour@example.org"})
        assert typed.kept(hers, PLACE) == {"email": "nour@example.org"}
        assert typed.kept(his, PLACE) == typed.kept(hers, "elsewhere") == {}
        typed.forget(hers, PLACE)
        assert typed.kept(hers, PLACE) == {}


def test_it_is_forgotten_by_itself(app):
    with app.app_context():
        hers = a_session()
        typed.keep(hers, PLACE, {"email": "nour@example.org"})
        with clock.travel(timedelta(minutes=11)):
            assert typed.kept(hers, PLACE) == {}
