"""A page wears the face of the fund it speaks for, else the network's own."""

from flask import Flask, g, render_template
from flask.testing import FlaskClient
from flask_wtf import FlaskForm

from idp.web import face
from tests.idp.web.conftest import FUND
from tests.rows import row


def test_the_fund_is_named_and_answers_for_its_pages(visitor: FlaskClient):
    page = visitor.get("/screen").text
    assert FUND.name in page
    assert "contact@caisse.example.org" in page
    assert 'href="tel:0199001234"' in page
    assert "/theme/8a1538.css" in page
    for name in face.PAGES:
        assert f'href="/pages/{name}?fund=val"' in page


def test_the_network_answers_where_no_fund_is_known(visitor: FlaskClient):
    page = visitor.get("/nowhere").text
    assert "Réseau des caisses" in page
    assert 'href="/pages/legal"' in page
    assert "/theme/" not in page


def test_a_fund_that_is_gone_leaves_the_network_in_its_place(site: Flask):
    with site.test_request_context("/"):
        g.fund_id = "none such"
        assert face.worn().name == "Réseau des caisses"


def test_a_fund_is_asked_for_once_a_page(site: Flask):
    asked: list[str] = []
    site.extensions["idp_face"] = site.extensions["idp_face"]._replace(find=lambda code: asked.append(code) or FUND)
    with site.test_request_context("/"):
        g.fund_id = "val"
        assert face.worn() is face.worn()
    assert asked == ["val"]


def test_when_the_database_is_away_nobody_is_asked_for_a_face(site: Flask):
    with site.test_request_context("/"):
        g.fund_id = "val"
        face.wear_the_network()
        assert face.worn().code is None


def test_a_site_without_pages_has_no_dead_links(site: Flask):
    site.extensions["idp_face"] = site.extensions["idp_face"]._replace(pages=None)
    with site.test_request_context("/"):
        assert face.footer_links() == []


@row("BRW-5")
def test_the_name_of_an_application_is_only_text(site: Flask):
    name = "<script>alert(1)</script>"
    with site.test_request_context("/"):
        g.client_name = name
        page = render_template("login/account_choice/account_choice.html", form=FlaskForm(), account_name=name)
    assert "<script>alert" not in page
    assert "Pour continuer vers <bdi>&lt;script&gt;" in page
