"""The pages at the foot, each in its fund's words, and the commands that write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import cli
from idp.registry.routes import PATHS

Apply = Callable[..., str]
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"


@pytest.fixture
def apply(any_app: Flask, a_fund: Callable[..., dict[str, Any]], file: Callable[..., Path]) -> Apply:
    """Run `idp funds apply`; the code of the fund."""

    def run(**changed: object) -> str:
        described = a_fund(**changed)
        arguments = ["funds", "apply", str(file(described)), "--operator", "lea"]
        outcome = any_app.test_cli_runner().invoke(cli, arguments)
        assert outcome.exit_code == 0, outcome.output
        return str(described["code"])

    return run


@pytest.fixture
def visitor(any_app: Flask) -> FlaskClient:
    """Someone whose browser speaks French."""
    client = any_app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr-FR"
    return client


@pytest.mark.parametrize(("page", "path"), PATHS.items())
def test_each_page_at_the_foot_is_in_the_words_of_the_fund(apply: Apply, visitor: FlaskClient, page: str, path: str):
    shown = visitor.get(path, query_string={"fund": apply()})
    assert shown.status_code == 200
    assert f"<h2>Words of {page}</h2>" in shown.text
    assert "Caisse du Val d’Exemple</title>" in shown.text


def test_the_pages_of_a_fund_lead_to_one_another(apply: Apply, visitor: FlaskClient):
    code = apply()
    shown = visitor.get("/contact", query_string={"fund": code}).text
    assert all(f'href="{path}?fund={code}"' in shown for path in PATHS.values())
    assert "/theme/1f5c4d.css" in shown


@pytest.mark.parametrize("fund", ["", "unknown"])
def test_where_no_fund_is_known_the_visitor_chooses(apply: Apply, visitor: FlaskClient, fund: str):
    code = apply()
    shown = visitor.get("/mentions-legales", query_string={"fund": fund})
    assert shown.status_code == 200
    assert f'href="?fund={code}"' in shown.text


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](https://elsewhere.example/x.png)",
        "a <b onclick='x'>b</b>",
    ],
)
def test_a_text_brings_neither_html_nor_scripts_nor_pictures(
    apply: Apply, visitor: FlaskClient, a_fund: Callable[..., dict[str, Any]], markdown: str
):
    texts = a_fund()["texts"]
    texts["legal"]["markdown"] = markdown
    shown = visitor.get("/mentions-legales", query_string={"fund": apply(texts=texts)}).text
    body = shown.partition('<div class="text">')[2].partition("</main>")[0]
    assert not any(sign in body for sign in ("<script", "<img", "<b ", 'href="javascript', 'href="data', 'href="vb'))


def test_a_title_is_escaped(apply: Apply, visitor: FlaskClient, a_fund: Callable[..., dict[str, Any]]):
    texts = a_fund()["texts"]
    texts["legal"]["title"] = "<i>Title</i>"
    assert "<i>" not in visitor.get("/mentions-legales", query_string={"fund": apply(texts=texts)}).text


def test_a_logo_runs_nothing(apply: Apply, visitor: FlaskClient, tmp_path: Path):
    (tmp_path / "logo.svg").write_text(SVG, encoding="utf-8")
    code = apply(logo="logo.svg")
    logo = visitor.get(f"/funds/{code}/logo")
    assert (logo.mimetype, logo.text) == ("image/svg+xml", SVG)
    assert "default-src 'none'" in logo.headers["Content-Security-Policy"]
    assert logo.headers["X-Content-Type-Options"] == "nosniff"
    assert f'src="/funds/{code}/logo"' in visitor.get("/contact", query_string={"fund": code}).text


@pytest.mark.parametrize("code", ["unknown", "none"])
def test_a_logo_that_is_not_is_not_found(apply: Apply, visitor: FlaskClient, code: str):
    existing = apply()
    assert visitor.get(f"/funds/{existing if code == 'none' else code}/logo").status_code == 404


def test_apply_says_what_became_of_each_fund(any_app: Flask, a_fund: Callable[..., Any], file: Callable[..., Path]):
    code = a_fund()["code"]
    said = []
    for described in (a_fund(), a_fund(), a_fund(name="Caisse du Val")):
        arguments = ["funds", "apply", str(file(described)), "--operator", "lea"]
        said.append(any_app.test_cli_runner().invoke(cli, arguments).output.strip())
    assert said == [f"{code}\tadded", f"{code}\tunchanged", f"{code}\tchanged: name"]


def test_apply_asks_who_acts(any_app: Flask, a_fund: Callable[..., Any], file: Callable[..., Path]):
    outcome = any_app.test_cli_runner().invoke(cli, ["funds", "apply", str(file(a_fund()))])
    assert outcome.exit_code == 2
    assert "--operator" in outcome.output


def test_a_refused_file_applies_nothing(any_app: Flask, a_fund: Callable[..., Any], file: Callable[..., Path]):
    described = a_fund()
    arguments = ["funds", "apply", str(file(described, a_fund(code="A b"))), "--operator", "lea"]
    outcome = any_app.test_cli_runner().invoke(cli, arguments)
    assert (outcome.exit_code, "funds.1.code" in outcome.output) == (1, True)
    listed = any_app.test_cli_runner().invoke(cli, ["funds", "list"]).output
    assert described["code"] not in listed


def test_list_shows_the_funds(any_app: Flask, apply: Apply):
    code = apply()
    listed = json.loads(any_app.test_cli_runner().invoke(cli, ["funds", "list", "--json"]).output)
    assert [fund["home_portal"] for fund in listed if fund["code"] == code] == ["portal"]
