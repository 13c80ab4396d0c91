"""Every mail that the house writes, as a screen reader or a program without pictures meets it."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.delivery import rendering
from tests.rows import row

TEMPLATES = Path(__file__).parents[3] / "templates" / "mail"
PIECES = {"layout", "delegations/sentence", "delegations/digest_lines"}
KINDS = sorted({str(one.relative_to(TEMPLATES).with_suffix("")) for one in TEMPLATES.rglob("*.*")} - PIECES)
LINK = "http://localhost:8000/a-link"
FACTS: dict[str, Any] = {
    "address": "ines@example.org",
    "application": "Moreau Paie",
    "at": datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
    "code": "402817",
    "company": "Toitures Boréales",
    "counts": {"offered": 2, "asked": 1, "accepted": 1, "refused": 1, "ending": 1},
    "firm": "Cabinet Moreau",
    "holder": "Inès Dubois",
    "inviter": "Inès Dubois",
    "last_day": date(2027, 3, 31),
    "lifetime": timedelta(minutes=30),
    "link": LINK,
    "operator": "Ada",
    "person": "Nour Petit",
    "until": datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
    "what": "accepted",
}
UNTOLD = {"ici", "cliquez ici", "lien", "here", "click here", "link"}
"""What says nothing to who hears the links only."""


def written(app: Flask, kind: str, locale: str) -> rendering.Content:
    is_linked = "{% block action %}" in (TEMPLATES / f"{kind}.html").read_text()
    facts = {name: fact for name, fact in FACTS.items() if is_linked or name != "link"}
    with app.app_context():
        return rendering.mail(kind, None, locale, facts)


def visible(html: str) -> str:
    told = re.sub(r"<(style|title).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(told.replace("&#39;", "'").split())


@row("A11-10")
@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_words_and_its_link_says_where_it_leads(app: Flask, kind: str, locale: str):
    mail = written(app, kind, locale)
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', mail.html, flags=re.DOTALL)
    assert [href for href, _ in links] in ([], [LINK])
    for _, words in links:
        assert len(words.split()) >= 2
        assert words.strip().lower() not in UNTOLD
        assert "http" not in words
        assert words.strip() in mail.text
    assert f'<html lang="{locale}">' in mail.html
    assert not re.search(r"<img|background-image|url\(", mail.html)


@row("A11-10")
@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_says_in_plain_text_all_that_it_says_in_html(app: Flask, kind: str, locale: str):
    mail = written(app, kind, locale)
    told = visible(mail.html)
    lines = [" ".join(line.split()) for line in mail.text.splitlines() if line.strip() and line != LINK]
    assert [line for line in lines if line.removeprefix("- ").removesuffix(":").rstrip() not in told] == []
    assert sum(map(len, lines)) >= 0.9 * len(told)
    assert mail.subject


@pytest.mark.parametrize(("locale", "day"), [("fr", "31 mars 2027"), ("en", "31 March 2027")])
def test_a_mail_writes_its_days_as_its_reader_does(app: Flask, locale: str, day: str):
    assert day in written(app, "delegations/changed", locale).text
