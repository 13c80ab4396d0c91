"""What a client, a fund, a company or a person is called is text on every page, never markup (OID-20)."""

import pytest
from flask import Flask

from idp.accounts.models import Account
from idp.db import db
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from idp.registry.models import Fund, Organization
from tests import builders
from tests.browser import ISSUER
from tests.hostile.doors import DOORS, House
from tests.hostile.test_other_peoples_ids import addresses, some_of_hers
from tests.rows import row

NAME = "\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}</title></script>\u202e"
MARKUP = ("<img src=x", "onerror=alert(1)>", "</title></script>", "49$", "$49")


@pytest.fixture
def house(app: Flask) -> House:
    """Where everything is called so."""
    made = House(app)
    with app.app_context():
        _call_all_so()
    return made


def _call_all_so() -> None:
    db.session.query(Client).update({"name": NAME, "policy_uri": None})
    db.session.query(Fund).update({"name": NAME, "website": None})
    db.session.query(Organization).update(
        {"name": NAME, "holder_given_names": NAME[:60], "holder_family_name": NAME[:60]}
    )
    db.session.query(Account).update({"given_names": NAME[:90], "family_name": NAME[:90]})
    db.session.commit()
    registered.forget()


@row("OID-20", "BRW-5")
@pytest.mark.parametrize("door", DOORS)
def test_no_page_of_a_form_takes_a_name_for_markup(house: House, door: str):
    browser = DOORS[door](house)
    with house.app.app_context():
        _call_all_so()
    _is_text(browser.client.get(browser.page.url, base_url=ISSUER).get_data(as_text=True))
    told = browser.client.post(browser.page.url, data=browser.page.fields(), base_url=ISSUER)
    _is_text(told.get_data(as_text=True))


@row("OID-20", "BRW-5")
def test_no_page_of_who_is_signed_in_does(house: House):
    with house.app.app_context():
        held = house.lea.organization_id
        assert held is not None
        firm = builders.an_organization(kind="firm")
        builders.a_delegation(held, firm.id, firm_name=NAME)
        builders.membership(builders.an_account().id, held, holder=False)
        _call_all_so()
    browser = house.visitor(signed_in=True)
    pages = ["/organizations", "/applications", "/delegations", "/end_session/confirm", "/aide", "/mentions-legales"]
    shown = 0
    for url in [*pages, *(url for _, url in addresses(house.app, "GET", some_of_hers(house.app), [held]))]:
        told = browser.client.get(url, base_url=ISSUER)
        if told.mimetype == "text/html":
            _is_text(told.text)
            shown += "onerror" in told.text
    assert shown > 3


def _is_text(page: str) -> None:
    assert not [one for one in MARKUP if one in page], page
