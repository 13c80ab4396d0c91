"""« Qui a accès ? »: people, firms and applications of a company on one page, and one's companies on another."""

from datetime import date, timedelta

from idp import clock
from idp.db import db
from idp.extensions import Known, house
from idp.oidc.models.grant import Grant
from tests.browser import Browser
from tests.builders import a_client, a_delegation, an_account, an_organization, membership
from tests.companies import joins, named, signed_in
from tests.counting import costs
from tests.relying_party import RelyingParty
from tests.rows import row


def page_of(app, lea):
    return signed_in(app, lea).get(f"/organizations/{lea.organization_id}/people")


def uses(app, who, organization_id, **client):
    """Let a person sign in at an application for a company, and the application take its tokens."""
    with app.app_context():
        portal = a_client(**client)
    browser, program = Browser(app), RelyingParty(app, portal)
    page = browser.signs_in(who, portal, scope="openid organization", organization=str(organization_id))
    if page.location is None:
        page = browser.submit(choice="allow")
    assert program.redeems(page.answer["code"]).ok


def test_people_firms_and_applications_are_on_one_page_with_when_each_last_acted(app, lea):
    ines = joins(app, lea.organization_id, "ines@example.org")
    with app.app_context():
        firm = an_organization(kind="firm", name="Cabinet Exemple")
        a_delegation(lea.organization_id, firm.id, ends_on=date(2099, 3, 31))
        noe = an_account(email="noe@example.org")
        membership(noe.id, firm.id)
    with clock.travel(-timedelta(days=3)):
        uses(app, ines.who, lea.organization_id, name="Espace sécurisé")
        used_on = clock.now()
    text = page_of(app, lea).text
    for words in ("Léa Martin", "ines@example.org", "Titulaire : tous les droits", "Documents : consulter"):
        assert words in text
    for words in ("Cabinet Exemple", "31 mars 2099 inclus", "Espace sécurisé", "De votre caisse"):
        assert words in text
    assert text.count("Dernière utilisation") == 1
    assert used_on.strftime("%Y") in text


def test_the_last_of_several_uses_is_told_on_both_databases(any_app):
    with any_app.app_context():
        held = an_organization()
        lea, noe = an_account(), an_account()
        link = membership(lea.id, held.id)
        portal, now = a_client(name="Portail"), clock.now()
        for who, days in ((lea, 2), (lea, 1), (noe, 3)):
            row_ = {"account_id": who.id, "client_id": portal.id, "organization_id": held.id, "scopes": ["openid"]}
            row_ |= {"membership_id": link.id if who is lea else None, "auth_time": now, "acr": "1", "amr": ["pwd"]}
            used = now - timedelta(days=days)
            db.session.add(Grant(**row_, sid="s", created_at=used, redeemed_at=used, used_at=used))
        db.session.commit()
        assert house.acts(held.id) == {link.id: now - timedelta(days=1)}
        assert list(house.known(held.id)) == [Known("Portail", True, 2, now - timedelta(days=1))]


def test_a_firm_that_acted_is_told_with_its_last_act(app, lea):
    with app.app_context():
        firm = an_organization(kind="firm", name="Cabinet Exemple")
        a_delegation(lea.organization_id, firm.id, starts_at=clock.now(), applications_allowed=True)
        noe = an_account(email="noe@example.org")
        membership(noe.id, firm.id)
    uses(app, noe, lea.organization_id, name="Paie Exemple", first_party=False)
    text = page_of(app, lea).text
    assert "L’application d’un partenaire" in text
    assert "Utilisée par une personne" in text
    assert text.count("Dernière utilisation") == 1


def test_what_is_suspended_or_not_accepted_is_said(app, lea):
    with app.app_context():
        now = clock.now()
        firm = an_organization(kind="firm")
        a_delegation(lea.organization_id, firm.id, firm_name="Un", suspended_at=now)
        a_delegation(
            lea.organization_id, firm.id, firm_name="Deux", accepted_at=None, lapses_at=now + timedelta(days=1)
        )
        a_delegation(lea.organization_id, firm.id, firm_name="Trois", ended_at=now)
    text = page_of(app, lea).text
    assert "Accès suspendu" in text
    assert "Pas encore accepté" in text
    assert "Trois" not in text


def test_many_people_are_on_several_pages(app, lea):
    with app.app_context():
        for number in range(52):
            other = an_account(email=f"p{number}@example.org")
            membership(other.id, lea.organization_id, holder=False)
    browser = signed_in(app, lea)
    first = browser.get(f"/organizations/{lea.organization_id}/people").text
    last = browser.get(f"/organizations/{lea.organization_id}/people?page=9").text
    assert (first.count("Modifier ou retirer"), last.count("Modifier ou retirer")) == (49, 3)


@row("TRS-1")
def test_a_colleague_sees_none_of_it(app, lea):
    ines = joins(app, lea.organization_id, "ines@example.org")
    browser = signed_in(app, ines.who)
    assert browser.get(f"/organizations/{lea.organization_id}/people").status == 404
    assert "Voir qui a accès" not in browser.get("/organizations").text


def test_who_is_not_signed_in_signs_in_and_arrives_there(app, lea, browser):
    browser.get(f"/organizations/{lea.organization_id}/people")
    page = browser.submit(email=lea.email, password=lea.password)
    assert "Qui a accès" in page.text


def test_ones_companies_are_listed_with_what_one_may_do_about_each(app, lea):
    with app.app_context():
        fund_id = named(lea.organization_id).fund_id
        site = an_organization(fund_id=fund_id, kind="site", parent_id=lea.organization_id, name="Chantier Nord")
        other = an_organization(name="Toitures Boréales")
        for one, holder in ((site, True), (other, False)):
            membership(lea.id, one.id, holder)
    text = signed_in(app, lea).get("/organizations").text
    assert text.count("Voir qui a accès") == 2
    assert "Site déclarant" in text
    assert text.count("Quitter cette entreprise") == 1
    assert 'href="/organizations/attach"' in text


def test_twenty_are_on_a_page_and_the_others_are_found(app, lea):
    with app.app_context():
        for number in range(24):
            membership(lea.id, an_organization(name=f"Charpente {number:02}").id)
        db.session.commit()
    browser = signed_in(app, lea)
    assert browser.get("/organizations").text.count("<h2>") == 20
    assert browser.get("/organizations?page=2").text.count("<h2>") == 5
    found = browser.get("/organizations?search=charpente+07").text
    assert (found.count("<h2>"), "Charpente 07" in found) == (1, True)


def test_both_pages_ask_the_database_a_bounded_number_of_questions(app, lea):
    with app.app_context():
        for number in range(12):
            other = an_account(email=f"p{number}@example.org")
            membership(other.id, lea.organization_id, holder=False)
            membership(lea.id, an_organization().id)
    browser, spent = signed_in(app, lea), []
    for url in ("/organizations", f"/organizations/{lea.organization_id}/people"):
        browser.get(url)
        with costs(app) as counted:
            browser.get(url)
        spent.append((len(counted.statements), counted.commits))
    assert spent == [(4, 0), (10, 0)], counted.statements
