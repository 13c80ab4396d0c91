"""Mail scanners open every link, again and again; then its reader clicks."""

import time
from io import StringIO

import pytest
from flask import Flask

from idp.web import logs
from tests.browser import ISSUER, Browser
from tests.counting import costs
from tests.journeys.test_every_get import contents
from tests.journeys.test_mail_links import FETCHED_AHEAD, SENT
from tests.rows import row
from tests.scale.measuring import share

VISITS = 100_000
WAYS = (("GET", {}), ("HEAD", {}), *(("GET", headers) for headers in FETCHED_AHEAD))


@row("LNK-2", "LNK-3")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", SENT)
def test_scanners_open_a_link_a_hundred_thousand_times_and_then_the_click_works(any_app: Flask, kind: str):
    sent, scanner, visits = SENT[kind](any_app), any_app.test_client(), share(VISITS) // len(SENT)
    before, log = contents(any_app), StringIO()
    logs.configure("INFO", log)
    began = time.process_time()
    with costs(any_app) as counted:
        answers = {
            scanner.open(sent.link, method=method, headers=headers, base_url=ISSUER).status_code
            for method, headers in (WAYS[visit % len(WAYS)] for visit in range(visits))
        }
    spent = time.process_time() - began
    assert answers == {303}
    assert (counted.statements, counted.commits, counted.trips) == ([], 0, 0)
    assert contents(any_app) == before
    assert log.getvalue().count('"status": 303') == visits
    assert sent.link.rpartition("/")[2] not in log.getvalue()
    person = Browser(any_app)
    person.get(sent.link)
    person.submit(**sent.typed)
    assert sent.is_done()
    print(f"\n{kind}: {visits} visits, {visits / spent:.0f} a second of a core")
