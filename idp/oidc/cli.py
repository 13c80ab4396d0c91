"""The commands of the protocol: who may ask (`idp clients`) and with what we sign (`idp keys`)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any, TypeVar

import click
from flask.cli import AppGroup

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.extensions import ring
from idp.oidc.clients import assertions, metadata, registration
from idp.oidc.clients import cli as from_files
from idp.oidc.clients.metadata import Metadata
from idp.oidc.clients.registration import Refused, Registered
from idp.oidc.keystore import SqlKeyStore
from idp.oidc.models.client import Client
from idp.oidc.token import cli as explained
from idp.settings import settings
from idp.web.commands import OfOneKey, changes, refuse
from keys.errors import NoKey
from keys.signing import SigningKey

Command = TypeVar("Command", bound=Callable[..., Any])

SHOWN = (
    *("client_id", "name", "application_type", "first_party", "token_endpoint_auth_method", "redirect_uris"),
    *("token_endpoint_auth_signing_alg", "jwks", "jwks_uri"),
    *("post_logout_redirect_uris", "initiate_login_uri", "backchannel_logout_uri", "frontchannel_logout_uri"),
    *("policy_uri", "tos_uri", "origins", "grant_types", "response_types", "scopes", "resources"),
    *("offline", "require_pkce", "id_token_signed_response_alg", "access_token_signing_alg"),
    *("userinfo_signed_response_alg", "subject_type", "sector", "sector_identifier_uri"),
    *("created_at", "updated_at", "disabled_at"),
)

clients = AppGroup("clients", help="The portals and programs that may ask who someone is.")
keys = AppGroup("keys", help="The keys that sign our tokens.")
clients.commands.update({**from_files.fragment.commands, **explained.fragment.commands})
COMMANDS = (clients, from_files.resources, keys)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
alg = click.Choice(metadata.SIGNING_ALGS)


def _uris(command: Command) -> Command:
    """The options of `idp clients add` that say where a client is."""
    for option in (
        click.option("--origin", "origins", multiple=True, metavar="ORIGIN", help="May read answers by script (CORS)."),
        click.option("--frontchannel-logout-uri", metavar="URI", help="Shown in a frame when a person signs out."),
        click.option("--backchannel-logout-uri", metavar="URI", help="Told by us when a session of it ends."),
        click.option("--tos-uri", metavar="URI", help="Its terms of use, for people to read."),
        click.option("--policy-uri", metavar="URI", help="What it does with personal data, for people to read."),
        click.option("--initiate-login-uri", metavar="URI", help="Where a sign-in starts anew at the portal."),
        click.option("--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True, metavar="URI"),
        click.option("--redirect-uri", "redirect_uris", multiple=True, metavar="URI", help="Exact; repeat for more."),
    ):
        command = option(command)
    return command


def _rules(command: Command) -> Command:
    """The options of `idp clients add` that say what a client may do, and how it proves who it is."""
    for option in (
        click.option("--pairwise", is_flag=True, help="Its people get a `sub` that no other host sees."),
        click.option("--access-token-alg", "access_token_signing_alg", type=alg, default="ES256", show_default=True),
        click.option("--userinfo-alg", type=alg, help="Sign userinfo too."),
        click.option("--id-token-alg", type=alg, default="RS256", show_default=True),
        click.option("--no-pkce", is_flag=True, help="A server-side client that cannot do PKCE."),
        click.option("--offline", is_flag=True, help="Its grants outlive the session, unasked: first party only."),
        click.option("--resource", "resources", multiple=True, metavar="URI", help="An API it calls; repeat for more."),
        click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="One, or several between spaces."),
        click.option("--jwks-uri", metavar="URI", help="Where it publishes them; they are read once a minute."),
        click.option("--jwks", type=click.File(), help="Its public keys, a JWK Set: it signs, and has no secret."),
        click.option("--auth-method", type=click.Choice(metadata.AUTH_METHODS[:2]), help="How it sends its secret."),
        click.option("--native", is_flag=True, help="A program on people's own devices: no secret, loopback URIs."),
        click.option("--public", is_flag=True, help="No secret: a client that could not keep one."),
        click.option("--first-party/--third-party", help="Ours: no consent is asked.  [default: third-party]"),
    ):
        command = option(command)
    return command


@clients.command("add")
@click.option("--name", required=True, help="As people will read it.")
@click.option("--client-id", default="", help="Its identifier; made when not given.")
@click.option("--fund", metavar="CODE", help="The fund whose face its people see.")
@_rules
@_uris
@as_json
@changes
def add(as_json: bool, **asked: Any) -> None:
    """Register a client. Its secret is shown once, here: it is kept nowhere.

    \b
    A server-side portal:
      idp clients add --operator lea --name "Mon espace" --first-party \\
        --redirect-uri https://portal.example/callback --scope "openid profile organization"
    A program on people's machines:
      idp clients add --operator lea --name Paie --native \\
        --redirect-uri http://127.0.0.1/callback --scope "openid offline_access"
    """
    with unit_of_work():
        done = _done(registration.register(_metadata(asked), development=not settings.is_production))
        _show(done, as_json)


@clients.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """List the clients, those disabled too.

    \b
    idp clients list --json | jq -r '.[].client_id'
    """
    with unit_of_work(writes=False):
        known = Client.all()
        if as_json:
            _print([_public(client) for client in known])
            return
        for client in known:
            state = f"disabled {client.disabled_at:%Y-%m-%d}" if client.disabled_at else client.application_type
            click.echo(f"{client.client_id}\t{state}\t{client.name}")


@clients.command("show")
@click.argument("client_id")
@as_json
def show(client_id: str, as_json: bool) -> None:
    """Show a client, never its secret.

    \b
    idp clients show portal
    """
    with unit_of_work(writes=False):
        _show(Registered(_client(client_id), None), as_json)


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option("--keep-former", type=click.IntRange(0, 168), default=24, show_default=True, metavar="HOURS")
@as_json
@changes
def rotate_secret(client_id: str, keep_former: int, as_json: bool) -> None:
    """Give a client a new secret, shown once; the former one goes on for a while, so that nothing stops.

    \b
    The secret has leaked: idp clients rotate-secret portal --operator lea --keep-former 0
    """
    with unit_of_work():
        done = _done(registration.rotate_secret(_client(client_id), timedelta(hours=keep_former)))
        _show(done, as_json)


@clients.command("disable")
@click.argument("client_id")
@as_json
@changes
def disable(client_id: str, as_json: bool) -> None:
    """Refuse a client from now on, and end every grant it holds.

    \b
    idp clients disable portal --operator lea
    """
    with unit_of_work():
        client = _client(client_id)
        registration.disable(client)
        _show(Registered(client, None), as_json)


@keys.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """List the signing keys and what each does now: waits, signs, or only verifies.

    \b
    idp keys list
    """
    with unit_of_work(writes=False):
        now = clock.now()
        known = sorted(SqlKeyStore().load(), key=lambda key: (key.alg, key.signs_from))
        rows = [_key(key, now) for key in known]
    if as_json:
        _print(rows)
        return
    for row in rows:
        click.echo("\t".join((row["kid"], row["alg"], row["state"], f"signs from {row['signs_from']}")))


@keys.command("rotate")
@click.option("--alg", "algs", type=alg, multiple=True, help="Only this algorithm; all without it.")
@click.option("--now", "immediately", is_flag=True, help="Sign as soon as every node knows the key, in a minute.")
@as_json
@changes
def rotate(algs: tuple[str, ...], immediately: bool, as_json: bool) -> None:
    """Publish the next signing key. It signs two hours later, when every client has read it; the former one retires.

    \b
    idp keys rotate --operator lea
    idp keys rotate --operator lea --alg ES256 --now
    """
    with unit_of_work():
        now = clock.now()
        made = [_key(ring.rotate(one, now, immediately), now) for one in algs or metadata.SIGNING_ALGS]
        log.record(Event.KEYS_ROTATED, details={"kids": [row["kid"] for row in made], "immediately": immediately})
    if as_json:
        _print(made)
        return
    for row in made:
        click.echo(f"{row['kid']} signs {row['alg']} from {row['signs_from']}")


@keys.command("remove", cls=OfOneKey)
@click.argument("kid")
@changes
def remove(kid: str) -> None:
    """Forget a key that has leaked: within a minute nothing it signed is accepted any more, and another one signs.

    \b
    idp keys remove 4Yh… --operator lea
    """
    with unit_of_work():
        try:
            ring.remove(kid, clock.now())
        except NoKey as error:
            refuse(f"{error}: see `idp keys list`")
        log.record(Event.KEY_REMOVED, details={"kid": kid})
    click.echo(f"{kid} is gone; servers forget it within a minute")


def _metadata(asked: dict[str, Any]) -> Metadata:
    native, pairwise, no_pkce = asked.pop("native"), asked.pop("pairwise"), asked.pop("no_pkce")
    public, method = asked.pop("public") or native, asked.pop("auth_method")
    signs = asked["jwks"] is not None or asked["jwks_uri"] is not None
    if (public or signs) and method:
        raise click.UsageError("--auth-method says how a secret is sent, and a client that is public or signs has none")
    asked["jwks"] = None if asked["jwks"] is None else _jwks(asked["jwks"])
    method = assertions.METHOD if signs else method or "client_secret_basic"
    scopes = tuple(dict.fromkeys(" ".join(asked.pop("scopes")).split()))
    return Metadata(
        **{key: value for key, value in asked.items() if key not in ("id_token_alg", "userinfo_alg")},
        scopes=scopes or ("openid",),
        application_type="native" if native else "web",
        token_endpoint_auth_method="none" if public else method,
        require_pkce=not no_pkce,
        id_token_signed_response_alg=asked["id_token_alg"],
        userinfo_signed_response_alg=asked["userinfo_alg"],
        subject_type="pairwise" if pairwise else "public",
    )


def _jwks(file: IO[str]) -> Any:
    try:
        return json.load(file)
    except ValueError:
        raise click.UsageError("--jwks: the file is not JSON") from None


def _client(client_id: str) -> Client:
    return Client.by_client_id(client_id) or refuse(f"no client is named {client_id!r}: see `idp clients list`")


def _done(outcome: Registered | Refused) -> Registered:
    return outcome if isinstance(outcome, Registered) else refuse(*outcome.reasons)


def _public(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in SHOWN}


def _show(done: Registered, as_json: bool) -> None:
    shown = _public(done.client) | ({"client_secret": done.secret} if done.secret else {})
    if as_json:
        _print(shown)
        return
    width = max(map(len, shown))
    for name, value in shown.items():
        click.echo(f"{name:{width}}  {' '.join(value) if isinstance(value, list) else '-' if value is None else value}")
    if done.secret:
        click.echo("The secret is shown this once: copy it now.", err=True)


def _key(key: SigningKey, now: datetime) -> dict[str, Any]:
    begun = "signs" if ring.signing(key.alg, now).kid == key.kid else "verifies"
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": "waits" if now < key.signs_from else begun,
        "published_at": key.published_at.isoformat(timespec="seconds"),
        "signs_from": key.signs_from.isoformat(timespec="seconds"),
    }


def _print(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=lambda one: one.isoformat()))
