"""The clock of a node steps, forth or back: nothing that was used or ended is worth anything again (C-15)."""

from datetime import timedelta

import pytest

from idp import clock
from tests import invariants
from tests.browser import Browser
from tests.idp.accounts.resets import asks as forgets
from tests.idp.accounts.resets import link_to
from tests.invariants import Observed, Scene
from tests.relying_party import RelyingParty

NEW = "Trois-Grues-Bleues-4"
SECONDS = (30, 300, 86_400)


@pytest.mark.parametrize("step", [sign * seconds for seconds in SECONDS for sign in (1, -1)])
def test_a_clock_that_steps_brings_nothing_back_and_keeps_nobody_out(app, portal, lea, step):
    party, gone, observed = RelyingParty(app, portal), Browser(app), Observed()
    forgets(app, lea.email)
    link = link_to(app, lea.email)
    gone.get(link)
    assert gone.submit(password=NEW, password_again=NEW).status == 200
    anew = type(lea)(lea.id, lea.email, NEW, lea.name)
    spent = party.code_of(anew, gone)
    tokens = party.redeems(spent)
    revoked = party.tokens_of(anew, Browser(app))
    assert party.revokes(revoked["refresh_token"]).ok
    gone.get("/end_session")
    gone.submit(choice="yes")
    observed.note_ended(app)

    with clock.travel(timedelta(seconds=step)):
        assert party.redeems(spent).error == "invalid_grant"
        for ended in (tokens, revoked):
            assert party.refreshes(ended["refresh_token"]).error == "invalid_grant"
            assert party.userinfo(ended["access_token"]).status == 401
            assert party.introspects(ended["access_token"]).body == {"active": False}
        assert gone.asks(portal, prompt="none").answer["error"] == "login_required"
        again = Browser(app)
        again.get(link)
        assert "password_again" not in again.page.fields()
        fresh = party.tokens_of(anew, Browser(app))
        assert party.refreshes(fresh["refresh_token"]).ok
        assert party.userinfo(fresh["access_token"]).ok
    invariants.check(Scene(app, observed))
