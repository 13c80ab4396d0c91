"""The grant that an answer inserts: what it says, and on whose behalf."""

from idp.db import db
from idp.oidc.models.grant import Grant
from idp.sessions.models import Session
from tests.builders import a_client, an_account


def the_grant(app):
    with app.app_context():
        grant = db.session.query(Grant).order_by(Grant.created_at.desc()).first()
        db.session.expunge(grant)
        return grant


def test_an_online_grant_stands_on_its_session(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    grant = the_grant(app)
    with app.app_context():
        session = db.session.query(Session).one()
        assert (grant.session_id, grant.offline) == (session.id, False)
        assert grant.auth_time == session.auth_time
    assert (grant.account_id, grant.client_id) == (lea.id, portal.id)
    assert (grant.redeemed_at, grant.ended_at) == (None, None)
    assert grant.amr == ["pwd"]


def test_an_offline_grant_names_no_session(app, browser, portal, lea):
    browser.signs_in(lea, portal, scope="openid offline_access")
    assert (the_grant(app).session_id, the_grant(app).offline) == (None, True)


def test_a_client_may_be_offline_by_registration(app, browser, lea):
    with app.app_context():
        client = a_client(offline=True)
    browser.signs_in(lea, client)
    assert the_grant(app).offline


def test_each_grant_has_a_sid_of_its_own(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    first = the_grant(app).sid
    browser.asks(portal)
    assert the_grant(app).sid != first


def test_no_organization_is_chosen_where_none_is_asked(app, browser, portal, lea):
    browser.signs_in(lea, portal, scope="openid")
    assert the_grant(app).organization_id is None


def test_a_person_without_any_acts_for_none(app, browser, portal):
    with app.app_context():
        loner = an_account()
    browser.signs_in(loner, portal)
    assert the_grant(app).organization_id is None
