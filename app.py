"""The composition root: the tables of the House, and the application made of them. It alone knows every module."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo
from flask_migrate.cli import db as db_commands

import consent.routes
import idp
import idp.journey.routes
import idp.login.routes
import idp.oidc.cli
import idp.oidc.routes
import idp.ops.cli
import idp.ops.routes
import idp.registry.cli
import idp.registry.routes
import idp.sessions.cli
from consent import asking
from idp import clock, db, extensions, settings
from idp.audit import log, origin
from idp.errors import DomainError, SettingsRefused
from idp.journey.views import expired
from idp.login import account_choice, password
from idp.oidc.authorization import resuming
from idp.oidc.authorization.views import answer
from idp.oidc.keystore import SqlKeyStore
from idp.oidc.logout import ending
from idp.ops import serving
from idp.registry.views import funds
from idp.settings import Settings
from idp.shortlived.store import open_store
from idp.web import assets, errors, face, filters, headers, i18n, logs, requests
from keys import passwords
from keys.errors import KeysError
from keys.purposes import PurposeKeys
from keys.ring import KeyRing
from keys.vault import Vault, create_master_key, read_master_keys

JOURNEY = (
    account_choice.STEP,  # prompt=select_account: continue, or change account
    password.STEP,  # who are you?
    asking.STEP,  # may this application know?
)
ANSWERS = {"authorize": answer.ANSWER}
ENDED = (ending.end_grants,)

BLUEPRINTS = (
    idp.oidc.routes.bp,
    idp.journey.routes.bp,
    idp.login.routes.bp,
    consent.routes.bp,
    idp.registry.routes.bp,
    idp.ops.routes.bp,
)
COMMANDS = (
    *idp.ops.cli.COMMANDS,
    *idp.oidc.cli.COMMANDS,
    *idp.registry.cli.COMMANDS,
    *idp.sessions.cli.COMMANDS,
    db_commands,
)
WRITING_GETS = frozenset({"oidc.authorize", "journey.resume", "oidc.end_session"})
MACHINE = frozenset(f"oidc.{name}" for name in ("token", "userinfo", "revoke", "jwks", "discovery", "metadata"))


def create_app(chosen: Settings | None = None) -> Flask:
    """The application of these settings, or of the environment's. Raises `SettingsRefused`."""
    chosen = chosen or settings.load()
    app = Flask("idp", template_folder=str(Path(__file__).parent / "templates"))
    app.extensions["settings"] = chosen
    logs.configure(chosen.log_level)
    _open_keys(app, chosen)
    db.init_app(app, chosen)
    root = Path(idp.__path__[0])
    extensions.migrate.init_app(
        app, db.db, directory=str(root / "migrations"), render_as_batch=True, compare_type=True, include_name=_is_ours
    )
    extensions.csrf.init_app(app)
    origin.init_app(app)
    # Before the unit of work: what runs after a view runs in reverse, and a failed commit makes another response.
    for furniture in (logs, headers, i18n, assets, filters):
        furniture.init_app(app)
    requests.init_app(app, chosen, WRITING_GETS, errors.tell)
    face.init_app(app, funds.face, pages="registry.page")
    errors.init_app(app, refused=log.refused, machine=MACHINE, expired=expired.show)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["idp_house"] = extensions.House(JOURNEY, ANSWERS, ENDED, resuming.way_back)
    return app


def application() -> Flask:
    """What each worker of `idp serve` runs."""
    serving.become_a_worker()
    return create_app()


def _create_for_commands() -> Flask:
    try:
        return create_app()
    except DomainError as error:
        raise click.ClickException(f"the settings are refused: {error}") from error


cli = click.Group(
    "idp",
    help="Run and administer the identity provider. Settings come from the environment (IDP_…): see `idp settings`.",
    commands={str(command.name): command for command in COMMANDS},
    context_settings={"obj": ScriptInfo(create_app=_create_for_commands), "help_option_names": ["-h", "--help"]},
)


def _open_keys(app: Flask, chosen: Settings) -> None:
    vault = Vault(_master_keys(chosen))
    secret, *former = vault.derive("flask")
    app.config.update(
        SECRET_KEY=secret,
        SECRET_KEY_FALLBACKS=former,
        SESSION_COOKIE_NAME="__Host-form" if chosen.is_secure else "idp_form",
        SESSION_COOKIE_SECURE=chosen.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token is bound to the browser's cookie, not to an hour
        WTF_CSRF_SSL_STRICT=False,  # it would ask for the Referer, which our own policy withholds
    )
    profile = passwords.CHEAP if chosen.cheap_hashes else passwords.PASSWORD
    places = (chosen.hashing_places, chosen.waiting_places, chosen.waiting_patience)
    ages = {"publish_for": chosen.key_published_for, "verify_for": 2 * chosen.access_token_lifetime}
    app.extensions["idp_vault"] = vault
    app.extensions["idp_purposes"] = PurposeKeys(vault)
    app.extensions["idp_passwords"] = passwords.Passwords(profile, *places)
    app.extensions["idp_store"] = open_store(chosen.shortlived_url, vault, clock.now)
    app.extensions["idp_ring"] = KeyRing(SqlKeyStore(), **ages, cache_for=chosen.keys_cached_for)


def _master_keys(chosen: Settings) -> dict[int, bytes]:
    if not chosen.is_production and not chosen.master_key_file.exists():
        chosen.master_key_file.parent.mkdir(parents=True, exist_ok=True)
        create_master_key(chosen.master_key_file)
    try:
        return read_master_keys(chosen.master_key_file)
    except KeysError as error:
        raise SettingsRefused(f"IDP_MASTER_KEY_FILE: {error}") from error


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and str(name).startswith("audit_event_"))  # the partitions of PostgreSQL


if __name__ == "__main__":
    cli()
