"""A site of a few views, with the furniture of `idp/web` and nothing of the business."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import structlog
from flask import Flask, g, render_template, request
from flask.testing import FlaskClient
from flask_wtf import FlaskForm

from idp import db, extensions
from idp.errors import JourneyExpired
from idp.settings import Settings
from idp.web import assets, errors, face, filters, headers, i18n, logs
from idp.web.face import Face

FUND = Face(
    name="Caisse du Val d’Exemple",
    contact_email="contact@caisse.example.org",
    contact_phone="01 99 00 12 34",
    code="val",
    colour="8a1538",
    website="https://caisse.example.org",
    time_zone="Indian/Reunion",
)


def screen() -> str:
    """A page of the fund, with a form."""
    g.fund_id = "val"
    return render_template("oidc/logout_confirm.html", form=FlaskForm())


def submit() -> str:
    return request.form["choice"]


def expired(error: JourneyExpired) -> tuple[str, int]:
    page = render_template("journey/expired.html", resume_url=None, foreign=False)
    return page, error.status


@pytest.fixture
def refused() -> list[Exception]:
    """What was handed over to the audit."""
    return []


@pytest.fixture
def raising() -> list[Exception]:
    """The error that `/raise` and `/machine` raise: the last one put here."""
    return []


@pytest.fixture
def log() -> StringIO:
    """Where the events go."""
    return StringIO()


@pytest.fixture
def make_site(
    tmp_path: Path, refused: list[Exception], raising: list[Exception], log: StringIO
) -> Callable[..., Flask]:
    """Make a site with some settings changed."""

    def fail() -> str:
        raise raising[-1]

    def make(**changed: object) -> Flask:
        chosen = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/idp.db", **changed)
        app = Flask("idp", template_folder=str(Path(__file__).parents[3] / "templates"))
        app.extensions["settings"] = chosen
        app.config.update(SECRET_KEY="of this test", WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
        logs.configure("INFO", log)
        db.init_app(app, chosen)
        extensions.csrf.init_app(app)
        for part in (logs, headers, i18n, assets, filters):
            part.init_app(app)
        face.init_app(app, {"val": FUND}.get, "page")
        errors.init_app(app, refused=refused.append, machine={"machine"}, expired=expired)
        app.before_request(lambda: g.setdefault("request_id", "incident-42") and None)
        app.add_url_rule("/screen", "screen", screen)
        app.add_url_rule("/screen", "submit", submit, methods=["POST"])
        app.add_url_rule("/raise", "raise", fail, methods=["GET", "POST"])
        app.add_url_rule("/machine/<secret>", "machine", lambda secret: fail(), methods=["POST"])
        app.add_url_rule("/pages/<page>", "page", lambda page: page)
        return app

    return make


@pytest.fixture
def site(make_site: Callable[..., Flask]) -> Flask:
    return make_site()


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    """Someone whose browser speaks French."""
    client = site.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr-FR,fr;q=0.9"
    return client


@pytest.fixture(autouse=True)
def _quiet_again() -> object:
    yield
    structlog.reset_defaults()
    logs.configure()
