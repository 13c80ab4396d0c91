"""What a client says of itself is text on every page and in every mail about it, and nothing of it is fetched."""

import re

import pytest

from tests.browser import Browser
from tests.builders import a_client
from tests.companies import joins, signed_in
from tests.partners import asks, requested, the_mail
from tests.rows import row

NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "<svg/onload=alert(1)>",
    "</title><script src=//evil.example>",
    "{{ 7*7 }}{% include 'x' %}",
    "javascript:alert(1)//<b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
ALIVE = re.compile(r"<script>|<img src=x|<svg/|onerror=alert\(1\)>|' onfocus='alert|evil\.example>|<b>|>49<")
POLICY = 'https://paie.example.org/"onmouseover="alert(1)'


@pytest.fixture(params=NAMES, ids=[f"name {number}" for number in range(len(NAMES))])
def firm(request, app):
    """A partner with a hostile name."""
    with app.app_context():
        return a_client(name=request.param, first_party=False, policy_uri="https://paie.example.org/%3Cb%3E")


def checked(page):
    assert page.status == 200
    assert ALIVE.search(page.text) is None
    assert re.search(r'src="(https?:)?//', page.text) is None


@row("OID-20")
def test_it_is_text_on_each_page_and_in_each_mail(app, firm, lea):
    karim = joins(app, lea.organization_id, "karim@example.org").who
    browser = asks(app, karim, firm)
    checked(browser.page)
    mail = the_mail(app, lea)
    assert ALIVE.search(mail.html) is None
    holder = signed_in(app, lea)
    checked(holder.get(f"/organizations/{lea.organization_id}/applications"))
    checked(holder.get(requested(app)))
    holder.submit(choice="allow")
    checked(holder.page)
    checked(holder.asks(firm))
    holder.submit(choice="allow")
    checked(holder.get("/applications"))
    place = holder.page.text.partition('href="/applications/')[2].partition('"')[0]
    checked(holder.get(f"/applications/{place}"))
    checked(holder.submit())
    checked(holder.get(f"/organizations/{lea.organization_id}/people"))
    checked(Browser(app).asks(firm))


@row("OID-20")
@pytest.mark.parametrize("field", ["policy_uri", "tos_uri"])
@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,<script>", "//evil.example", "http://paie.example.org", POLICY, "x"],
    ids=["script", "data", "no scheme", "no tls", "markup", "no address"],
)
def test_an_address_that_is_no_plain_one_is_not_registered(app, field, address):
    with app.app_context(), pytest.raises(AssertionError, match=field):
        a_client(**{field: address}, first_party=False)
