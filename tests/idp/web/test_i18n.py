"""A page speaks the language asked for on it, else the journey's, else the browser's."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask, g
from flask.testing import FlaskClient

from idp.web import i18n
from tests.rows import row


@pytest.mark.parametrize(
    ("path", "journey", "browser", "spoken"),
    [
        ("/", None, "fr-FR,fr;q=0.9", "fr"),
        ("/", None, "en-GB,en;q=0.9", "en"),
        ("/", None, "de,en-US;q=0.5", "en"),
        ("/", None, "de", "fr"),
        ("/", None, "", "fr"),
        ("/", "en", "fr", "en"),
        ("/?lang=fr", "en", "en", "fr"),
        ("/?lang=EN-us", None, "fr", "en"),
        ("/?lang=../../etc", "en", "fr", "en"),
    ],
)
def test_the_nearest_wish_decides(site: Flask, path: str, journey: str | None, browser: str, spoken: str):
    with site.test_request_context(path, headers={"Accept-Language": browser}):
        g.locale = journey
        assert i18n.spoken() == spoken


def test_without_a_request_the_first_language_is_spoken(site: Flask):
    with site.app_context():
        assert i18n.spoken() == "fr"
        g.locale = "en"
        assert i18n.spoken() == "en"


def test_preferences_are_matched_by_their_language(site: Flask):
    with site.app_context():
        assert i18n.best_of(["de", "en-GB", "fr"]) == "en"
        assert i18n.best_of(["fr_CA"]) == "fr"
        assert i18n.best_of(["de"]) is None
        assert i18n.best_of([]) is None


def test_the_page_says_its_language_and_offers_itself_in_the_other(visitor: FlaskClient):
    french = visitor.get("/screen?from=portal&lang=fr").text
    assert '<html lang="fr">' in french
    assert 'href="?from=portal&amp;lang=en"' in french
    english = visitor.get("/screen?from=portal&lang=en").text
    assert '<html lang="en">' in english
    assert 'href="?from=portal&amp;lang=fr"' in english
    assert "Do you want to sign out?" in english
    assert "déconnecter" not in english


@row("SES-6")
def test_changing_the_language_leaves_nothing_behind(visitor: FlaskClient):
    visitor.get("/screen")
    response = visitor.get("/screen?lang=en")
    assert "lang" not in response.headers.get("Set-Cookie", "")
    assert '<html lang="fr">' in visitor.get("/screen").text


def test_a_page_that_answers_no_get_offers_no_other_language(site: Flask):
    with site.test_request_context("/machine/x", method="POST"):
        assert i18n.other_languages() == []


def test_a_page_that_was_posted_to_offers_itself_in_the_other_language(site: Flask):
    with site.test_request_context("/screen?from=portal", method="POST"):
        assert [one.url for one in i18n.other_languages()] == ["?from=portal&lang=en"]


def test_english_says_all_that_french_says(site: Flask):
    path = Path(site.root_path, "translations", "en", "LC_MESSAGES", "messages.po")
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    assert not [message.id for message in messages if not message.string or message.fuzzy]
    assert not [(message.id, error) for message in messages for error in message.check()]
