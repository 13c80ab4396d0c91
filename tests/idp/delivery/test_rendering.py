"""Templates to mails: the recipient's language, the fund's face, and nobody else's markup or links."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g

from idp.db import unit_of_work
from idp.delivery import rendering
from idp.delivery.rendering import Content
from tests.builders import a_fund
from tests.rows import row

TRIAL = "delivery/trial"


@pytest.fixture
def rendered(app: Flask) -> Callable[..., Content]:
    """The trial mail, with some facts changed."""

    def render(locale: str | None = "fr", **facts: Any) -> Content:
        with app.app_context():
            return rendering.mail(TRIAL, None, locale, {"operator": "Ada"} | facts)

    return render


def test_the_first_line_of_the_text_is_the_subject(rendered: Callable[..., Content]):
    mail = rendered()
    assert mail.subject == "Message d’essai"
    assert mail.text.startswith("Bonjour,\n")
    assert "<title>Message d’essai</title>" in mail.html


def test_text_and_html_say_the_same(rendered: Callable[..., Content]):
    mail = rendered(link="http://localhost:8000/x")
    told = " ".join(re.sub(r"<(style|title).*?</\1>|<[^>]+>", " ", mail.html, flags=re.DOTALL).split())
    for line in filter(None, mail.text.splitlines()):
        assert " ".join(line.split()) in told + mail.html


def test_a_mail_wears_the_face_of_its_fund_not_of_the_page(app: Flask):
    with app.test_request_context("/", base_url="http://localhost:8000"), unit_of_work():
        mine, other = a_fund(name="Caisse du Val", contact_phone="01 99 00 12 34"), a_fund(name="Caisse du Mont")
        g.fund_id = str(other.id)
        mail = rendering.mail(TRIAL, mine.id, "fr", {"operator": "Ada"})
        assert mail.sender == ("Caisse du Val", mine.sender)
        assert "01 99 00 12 34" in mail.text
        assert "Mont" not in mail.text + mail.html


def test_a_mail_speaks_the_language_of_its_reader_not_of_the_page(app: Flask):
    with app.test_request_context("/?lang=en", base_url="http://localhost:8000"):
        mail = rendering.mail(TRIAL, None, "fr", {"operator": "Ada"})
        assert (mail.locale, mail.text.startswith("Bonjour,")) == ("fr", True)


@pytest.mark.parametrize(("asked", "spoken"), [("en", "en"), ("en-GB", "en"), ("de", "fr"), (None, "fr")])
def test_a_language_we_do_not_speak_is_the_first_of_ours(
    rendered: Callable[..., Content], asked: str | None, spoken: str
):
    assert rendered(locale=asked).locale == spoken


def test_every_word_of_a_mail_is_in_its_language(rendered: Callable[..., Content]):
    mail = rendered(locale="en")
    assert mail.subject == "Trial message"
    assert mail.text.startswith("Hello,\n")
    for word in ("Bonjour", "vous", "rien"):
        assert word not in mail.text + mail.html
    assert '<html lang="en">' in mail.html


def test_without_a_fund_the_network_speaks(rendered: Callable[..., Content]):
    assert rendered().sender == ("Réseau des caisses", "ne-pas-repondre@example.org")


def test_there_is_one_link(rendered: Callable[..., Content]):
    mail = rendered(link="http://localhost:8000/activation/secret")
    assert re.findall(r"https?://\S+", mail.text) == ["http://localhost:8000/activation/secret"]
    assert re.findall(r'(?:href|src)="([^"]*)"', mail.html) == ["http://localhost:8000/activation/secret"]


def test_a_mail_loads_nothing_and_runs_nothing(rendered: Callable[..., Content]):
    html = rendered().html
    assert not re.search(r"<(img|script|link|iframe|form|table)|url\(|@import|src=", html)


@row("LNK-12")
@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/activation/secret",
        "http://localhost:8000.evil.example/x",
        "http://localhost:8000@evil.example/x",
        "//localhost:8000/x",
        "javascript:alert(1)",
        "http://localhost:8000/x\r\nhttps://evil.example",
        "",
    ],
)
def test_a_link_leads_to_this_house_only(rendered: Callable[..., Content], link: str):
    with pytest.raises(ValueError, match="this house"):
        rendered(link=link)


MARKUP = ('<a href="https://evil.example">', "<script>alert(1)</script>", "\"><img src=x onerror='x'>", "{{ 7 * 191 }}")
BREAKS = ("\r\nBcc: eve@evil.example", "\nVotre compte est bloqué", "\u2028x", "\x0bx", "\x85x", "\x00x")
LINES = tuple(f"Ada{rest}" for rest in BREAKS)
TURNED = ("Ada\u202egnp.exe", "Ada\u2066x", "A\u200bda")
LINKS = ("https://evil.example/x", "www.evil.example", "evil.example", "eve@evil.example", "//evil.example")


@row("LNK-12")
@pytest.mark.parametrize("name", MARKUP)
def test_a_name_is_only_text_in_html(rendered: Callable[..., Content], name: str):
    html = rendered(operator=name).html
    assert "<a href" not in html
    assert not re.search(r"<script|<img|onerror='", html)
    assert "1337" not in html


@row("LNK-12")
@pytest.mark.parametrize("name", [*LINES, *TURNED])
def test_a_name_stays_on_its_line_and_in_its_direction(rendered: Callable[..., Content], name: str):
    plain, mail = rendered(operator="Ada"), rendered(operator=name)
    assert len(mail.text.splitlines()) == len(plain.text.splitlines())
    assert mail.subject == plain.subject
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\x00\x0b\x85]", mail.text + mail.html)


@row("LNK-12")
@pytest.mark.parametrize("name", LINKS)
def test_no_mail_program_takes_a_name_for_an_address(rendered: Callable[..., Content], name: str):
    mail = rendered(operator=name)
    for part in (mail.text, mail.html):
        assert name not in part
    assert name in mail.text.replace("\u2060", "")  # and a reader sees it as it is


@row("LNK-12")
@pytest.mark.parametrize("name", ["=?utf-8?q?=0d=0aBcc:_eve?=", "Ada\r\nBcc: eve@evil.example", "A" * 500])
def test_a_fund_signs_with_one_line_and_no_encoded_word(app: Flask, name: str):
    with app.app_context(), unit_of_work():
        mail = rendering.mail(TRIAL, a_fund(name=name[:200]).id, "fr", {"operator": "Ada"})
    assert not re.search(r"[\r\n]|=\?", mail.sender[0])


def test_an_sms_is_one_text_with_its_fund(app: Flask):
    with app.app_context():
        assert rendering.sms(TRIAL, None, "fr", {"operator": "Ada"}).startswith("Réseau des caisses : message")
