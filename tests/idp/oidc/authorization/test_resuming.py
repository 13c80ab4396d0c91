"""Where a journey that died begins again."""

from idp.db import db
from idp.oidc.authorization.resuming import way_back
from tests.builders import START, a_client, a_fund


def test_at_the_portal_that_sent_the_person(app):
    with app.app_context():
        assert way_back(a_client().client_id) == f"{START}?iss=http%3A%2F%2Flocalhost%3A8000"


def test_else_at_the_home_portal_of_its_fund(app):
    with app.app_context():
        home = a_client(initiate_login_uri="https://home.example.org/login?x=1")
        fund = a_fund(home_client_id=home.client_id)
        db.session.commit()
        other = a_client(initiate_login_uri=None, fund=fund.code)
        assert way_back(other.client_id) == "https://home.example.org/login?x=1&iss=http%3A%2F%2Flocalhost%3A8000"


def test_nowhere_for_a_portal_we_do_not_know(app):
    with app.app_context():
        assert way_back("nobody") is None
        assert way_back(None) is None
        assert way_back(a_client(initiate_login_uri=None).client_id) is None
