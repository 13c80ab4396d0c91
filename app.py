"""The composition root: the tables of the House, and the application made of them. It alone knows every module."""

from datetime import timedelta
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo
from flask_migrate.cli import db as db_commands

import consent.cli
import consent.routes
import idp.accounts.cli
import idp.accounts.routes
import idp.delegations.cli
import idp.delegations.routes
import idp.delivery.cli
import idp.journey.routes
import idp.login.routes
import idp.oidc.cli
import idp.oidc.routes
import idp.ops.cli
import idp.ops.routes
import idp.registry.cli
import idp.registry.routes
import idp.selfcare.cli
import idp.selfcare.routes
import idp.sessions.cli
import idp.upkeep.cli
from consent import admission, asking
from idp import clock, db, extensions, settings
from idp.accounts import email_certification, memberships
from idp.accounts.colleagues.models import Invitation
from idp.accounts.opening import identification
from idp.accounts.opening.models import Opening
from idp.audit import origin
from idp.audit.models import AuditPerson
from idp.delegations import acting
from idp.delegations.clientele import leaving
from idp.delegations.granting import answering, firms
from idp.delegations.granting.due import midnight
from idp.delivery.models import OutgoingMessage
from idp.errors import DomainError
from idp.extensions import Kept
from idp.journey.views import expired
from idp.login import account_choice, password
from idp.oidc.authorization import resuming
from idp.oidc.authorization.views import answer
from idp.oidc.clients import remote_keys
from idp.oidc.keystore import SqlKeyStore
from idp.oidc.logout import ending, telling
from idp.oidc.models.grant import Grant
from idp.oidc.views import door
from idp.ops import serving
from idp.proofs import rates
from idp.proofs.models import Attempt, Proof
from idp.registry.views import funds
from idp.selfcare import following
from idp.sessions.models import Session
from idp.sessions.views import arriving
from idp.settings import Settings
from idp.web import assets, errors, face, filters, headers, i18n, logs, published, requests
from idp.web.commands import Commands

REMAINS = (("links and codes", Proof), ("invitations", Invitation), ("tries", Attempt), ("messages", OutgoingMessage))
TRACES = (("grants", Grant), ("sessions", Session), ("names in the audit", AuditPerson))

JOURNEY = (
    identification.STEP,  # prompt=create: open an account first
    account_choice.STEP,  # prompt=select_account: continue, or change account
    password.STEP,  # who are you?
    email_certification.STEP,  # is your address still certified?
    acting.STEP,  # on whose behalf?
    admission.STEP,  # may a partner's application see this company?
    asking.STEP,  # may this application know?
)
ANSWERS = {"authorize": answer.ANSWER, arriving.GOAL: arriving.ANSWER}
OURS = (memberships.follow, following.follow, leaving.follow, answering.follow)
ENDED = (*OURS, ending.end_grants)  # messages last
BODIES = {telling.KIND: telling.logout_token}  # messages that are made at each attempt
CHORES = (midnight.end_over, remote_keys.read_due)  # what the courier does besides
IMPORTED = (memberships.follow_import, following.follow_import)
RETENTION = (
    Kept("openings", timedelta, Opening.purge),
    *(Kept(name, lambda: settings.settings.remains_kept_for, one.purge) for name, one in REMAINS),
    *(Kept(name, lambda: settings.settings.traces_kept_for, one.purge) for name, one in TRACES),
)  # what is deleted, and when

EDGES = (idp.oidc, idp.journey, idp.accounts, idp.login, idp.delegations, idp.selfcare, consent, idp.registry, idp.ops)
BLUEPRINTS = tuple(slice_.routes.bp for slice_ in EDGES)
CLIS = (
    *(idp.ops.cli, idp.oidc.cli, idp.registry.cli, idp.accounts.cli, idp.selfcare.cli),
    *(idp.delegations.cli, idp.upkeep.cli, idp.sessions.cli, consent.cli, idp.delivery.cli),
)
COMMANDS = (*(command for one in CLIS for command in one.COMMANDS), db_commands)
WRITING_GETS = frozenset({"oidc.authorize", "journey.resume", "oidc.end_session"})
MACHINE = idp.oidc.routes.MACHINE
FILES = frozenset({"delegations.sheet_submit"})
FOREIGN_POSTS = MACHINE | {"oidc.authorize_post", "oidc.end_session_post"}


def create_app(chosen: Settings | None = None) -> Flask:
    """The application of these settings, or of the environment's. Raises `SettingsRefused`."""
    chosen = chosen or settings.load()
    app = Flask("idp", template_folder=str(Path(__file__).parent / "templates"))
    app.extensions["settings"] = chosen
    logs.configure(chosen.log_level)
    extensions.open_keys(app, chosen, SqlKeyStore())
    db.init_app(app, chosen)
    extensions.find_migrations(app)
    published.init_app(app, chosen)
    door.init_app(app, chosen)
    # Before the unit of work: what runs after a view runs in reverse, and a failed commit makes another response.
    for furniture in (origin, logs, headers, i18n, assets, filters):
        furniture.init_app(app)
    requests.init_app(app, chosen, requests.Exceptions(WRITING_GETS, FOREIGN_POSTS, FILES), errors.tell)
    extensions.csrf.init_app(app)  # it reads the form, and a refusal is written down: of a request for our host only
    face.init_app(app, funds.face, pages="registry.page", help_page="accounts.help")
    errors.init_app(app, refused=rates.note, machine=MACHINE, expired=expired.show)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    tables = (JOURNEY, ANSWERS, ENDED, resuming.way_back, BODIES, CHORES, (firms.follow,), IMPORTED)
    app.extensions["idp_house"] = extensions.House(*tables, acts=Grant.acts, known=Grant.known, retention=RETENTION)
    return app


def application() -> Flask:
    """What each worker of `idp serve` runs."""
    serving.become_a_worker()
    app = create_app()
    with app.app_context(), db.unit_of_work(writes=False):
        extensions.ring.jwks(clock.now())  # read once, the keys outlive a database that goes away
    return app


def _create_for_commands() -> Flask:
    try:
        return create_app()
    except DomainError as error:
        raise click.ClickException(f"the settings are refused: {error}") from error


cli = Commands(
    "idp",
    help="Run and administer the identity provider. Settings come from the environment (IDP_…): see `idp settings`.",
    commands={str(command.name): command for command in COMMANDS},
    context_settings={"obj": ScriptInfo(create_app=_create_for_commands), "help_option_names": ["-h", "--help"]},
)


if __name__ == "__main__":
    cli()
