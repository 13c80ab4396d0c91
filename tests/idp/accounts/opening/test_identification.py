"""Step 1: three things that must belong together; one answer and one price for whatever is wrong."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from idp import clock, extensions
from idp.db import db
from idp.registry.models import EnrolmentCode, Fund, Organization
from idp.settings import settings
from tests.browser import Browser, Page
from tests.builders import Portal, a_client, a_fund, a_member, an_organization
from tests.counting import costs
from tests.openings import STEP_1, STEP_2, Letters, identifies, invented, two_letters
from tests.registers import a_siret
from tests.rows import row

OTHER = "ZZZZ0000"
NO_MATCH = "Ces trois informations ne vont pas ensemble"


def change(app: Flask, kind: type, row_id: object, **values: object) -> None:
    with app.app_context():
        for name, value in values.items():
            setattr(db.session.get(kind, row_id), name, value)
        db.session.commit()


def expire(app: Flask, letters: Letters) -> None:
    change(app, EnrolmentCode, letters.code_id, expires_at=clock.now())


def use(app: Flask, letters: Letters) -> None:
    change(app, EnrolmentCode, letters.code_id, consumed_at=clock.now())


def strike_off(app: Flask, letters: Letters) -> None:
    change(app, Organization, letters.organization_id, closed_at=clock.now())


def open_otherwise(app: Flask, letters: Letters) -> None:
    with app.app_context():
        a_member(Organization.by_id(letters.organization_id))


def nothing(app: Flask, letters: Letters) -> None:
    pass


def a_house_of_funds(app: Flask) -> None:
    """No page knows whose face to wear before someone is identified."""
    with app.app_context():
        a_fund()
        a_fund()


SEVEN: dict[str, tuple[Callable[[Flask, Letters], None], dict[str, str]]] = {
    "unknown identifier": (nothing, {"number": "NOBODY1"}),
    "SIRET of another": (nothing, {"siret": a_siret(7)}),
    "wrong code": (nothing, {"code": OTHER}),
    "expired code": (expire, {}),
    "code already used": (use, {}),
    "struck off": (strike_off, {}),
    "account already open": (open_otherwise, {}),
}


def tried(app: Flask, case: str) -> Page:
    prepare, typed = SEVEN[case]
    letters = two_letters(app)
    prepare(app, letters)
    return identifies(Browser(app), letters, **typed)


def unlike(page: Page) -> str:
    """The page without what differs from one showing to the next: its tokens, the fund's name, and what was typed."""
    text = re.sub(r'(name="(csrf_token|ticket|number|siret|code)"[^>]*value=")[^"]*', r"\1", page.text)
    return re.sub(r"fund-\d+|Exemple \d+", "", text)


@row("OPN-1")
def test_every_refusal_is_the_same_to_the_byte(app: Flask):
    a_house_of_funds(app)
    pages = {case: tried(app, case) for case in SEVEN}
    first = pages["wrong code"]
    assert NO_MATCH in first.text
    for case, page in pages.items():
        assert (page.status, page.response.headers.get_all("Set-Cookie")) == (422, []), case
        assert unlike(page) == unlike(first), case
        lengths = {name: value for name, value in page.response.headers if name not in ("Content-Length", "Vary")}
        assert set(lengths) == set(dict(first.response.headers)) - {"Content-Length", "Vary"}, case


@row("OPN-1")
def test_every_refusal_costs_the_same_hashes_statements_and_questions(any_app: Flask):
    a_house_of_funds(any_app)
    prices = set()
    for prepare, typed in SEVEN.values():
        letters = two_letters(any_app)
        prepare(any_app, letters)
        browser = Browser(any_app)
        page = browser.get("/opening")
        with any_app.app_context():
            before = extensions.postal.verifications
        with costs(any_app) as price:
            browser.post(page.url, page.fields() | letters.typed | typed)
        with any_app.app_context():
            hashes = extensions.postal.verifications - before
        kinds = tuple(statement.split(" FROM ")[0].split("(")[0] for statement in price.statements)
        prices.add((hashes, kinds, price.trips))
    assert len(prices) == 1, prices


def test_the_three_that_belong_together_lead_to_step_2(app: Flask):
    page = identifies(Browser(app), two_letters(app))
    assert page.status == 200
    assert STEP_2 in page.title
    assert "Inès Dubois" in page.text


def test_they_are_read_as_people_type_them(app: Flask):
    letters = two_letters(app)
    siret = f"{letters.siret[:3]} {letters.siret[3:6]}.{letters.siret[6:9]}-{letters.siret[9:]}"
    typed = {"number": f"  {letters.number.lower()} ", "siret": siret, "code": " k7pf-3m9t "}
    assert STEP_2 in identifies(Browser(app), letters, **typed).title


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"siret": "73282932000075"}, "Il y a une erreur dans ce numéro de SIRET"),
        ({"siret": "123"}, "a 14 chiffres"),
        ({"siret": "7,32E+13"}, "Un tableur a abîmé"),
        ({"code": ""}, "Saisissez votre code provisoire."),
        ({"number": ""}, "Saisissez votre identifiant."),
    ],
)
def test_what_cannot_be_right_is_said_and_is_no_try(app: Flask, typed: dict[str, str], said: str):
    letters = two_letters(app)
    page = identifies(Browser(app), letters, **typed)
    assert (page.status, said in page.text, NO_MATCH in page.text) == (422, True, False)
    with app.app_context():
        assert extensions.postal.verifications == 0


def test_of_two_funds_with_that_number_and_siret_the_portals_own_is_meant(app: Flask):
    with app.app_context():
        first, second = an_organization(**invented()), an_organization(**invented())
        second.number = first.number
        db.session.commit()
        second_id = second.id
        portal = a_client(fund=Fund.by_id(second.fund_id).code)
    letters, browser = two_letters(app, second_id), Browser(app)
    assert NO_MATCH in identifies(browser, letters).text
    browser.asks(portal, prompt="create")
    assert STEP_2 in browser.submit(**letters.typed).title


@row("OPN-12")
def test_ten_tries_an_hour_with_one_identifier_from_one_network(app: Flask):
    letters = two_letters(app)
    browser = Browser(app)
    for _ in range(10):
        assert NO_MATCH in identifies(browser, letters, code=OTHER).text
    with app.app_context():
        before = extensions.postal.verifications
    page = identifies(browser, letters)
    assert "Trop d’essais" in page.text
    with app.app_context():
        assert extensions.postal.verifications == before
        with clock.travel(timedelta(hours=1, seconds=1)):
            assert STEP_2 in identifies(browser, letters).title


@row("OPN-12")
def test_sixty_tries_an_hour_from_one_network(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    for number in range(60):
        identifies(browser, letters, number=f"X{number}")
    assert "Trop d’essais" in identifies(browser, letters).text


@row("OPN-12")
def test_who_holds_the_letters_opens_while_others_try_them_from_everywhere(app: Flask):
    letters = two_letters(app)
    for number in range(100):
        attacker = Browser(app)
        page = attacker.get("/opening")
        data = page.fields() | letters.typed | {"code": OTHER}
        attacker.post(page.url, data, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
    victim = Browser(app)
    page = identifies(victim, letters)
    assert "attendez dix secondes" in page.text
    assert victim.submit(**letters.typed).status == 422  # too early
    with clock.travel(settings_wait(app)):
        page = victim.submit(**letters.typed)
    assert STEP_2 in page.title


def settings_wait(app: Flask) -> timedelta:
    with app.app_context():
        return settings.opening_challenge_wait + timedelta(seconds=1)


def test_a_site_has_no_account_of_its_own(app: Flask):
    with app.app_context():
        member = an_organization(**invented(1))
        site_id = an_organization(**invented(2) | {"kind": "site", "parent_id": member.id}).id
    letters = two_letters(app, site_id)
    assert NO_MATCH in identifies(Browser(app), letters).text


def test_a_portal_may_send_people_to_open_an_account_first(app: Flask, portal: Portal):
    browser = Browser(app)
    page = browser.asks(portal, prompt="create")
    assert STEP_1 in page.title
    assert "J’ai déjà un compte" in page.text
    assert "Connexion" in browser.submit(choice="sign-in").title


def test_the_code_that_opens_is_not_spent_by_the_first_step(app: Flask):
    letters = two_letters(app)
    assert STEP_2 in identifies(Browser(app), letters).title
    assert STEP_2 in identifies(Browser(app), letters).title
