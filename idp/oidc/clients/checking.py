"""What is unsafe, inconsistent or useless in a client that stands, each with what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, NamedTuple

from idp import clock
from idp.oidc.clients import metadata
from idp.oidc.clients.metadata import Apis, Metadata
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.oidc.models.resource import Resource

SILENT = frozenset({"openid", "offline_access"})
"""Scopes that open no claim, which a client may register and seldom ask for."""


class Level(StrEnum):
    """How much it matters."""

    UNSAFE = "unsafe"
    INCONSISTENT = "inconsistent"
    ADVICE = "advice"


class Finding(NamedTuple):
    """One thing that is not as it should be."""

    level: Level
    what: str
    advice: str


def findings(client: Client, *, development: bool, apis: Apis) -> list[Finding]:
    """All that is found, the worst first. A disabled client is not judged."""
    if client.disabled_at is not None:
        return []
    found = [
        *_rules(client, development, apis),
        *_safety(client),
        *_sign_out(client),
        *_people(client),
        *_idleness(client),
    ]
    return sorted(found, key=lambda finding: list(Level).index(finding.level))


def as_asked(client: Client) -> Metadata:
    """A client's row as the metadata that would register it."""
    names = [field.name for field in fields(Metadata) if field.name not in ("fund", "firm")]
    values: dict[str, Any] = {name: getattr(client, name) for name in names}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Metadata(**(values | lists))


def _rules(client: Client, development: bool, apis: Apis) -> Iterator[Finding]:
    """What could not be registered today: rules that changed since, or a row that was made in development."""
    asked = as_asked(client)
    for reason in metadata.problems(asked, development=development, apis=apis, has_sector=bool(client.sector)):
        is_address = reason.partition(":")[0].endswith(("_uri", "origin"))
        yield Finding(Level.UNSAFE if is_address else Level.INCONSISTENT, reason, "correct it: idp clients apply")
    if asked.subject_type == "pairwise" and not client.sector:
        yield Finding(Level.INCONSISTENT, "sector: its pairwise subjects have none", "register it anew")


def _safety(client: Client) -> Iterator[Finding]:
    if not client.require_pkce and "authorization_code" in client.grant_types:
        yield Finding(
            Level.UNSAFE,
            "require_pkce: it is waived",
            "a stolen code is enough: have the client send S256, then ask it",
        )
    if client.token_endpoint_auth_method == "none" and client.application_type == "web":
        advice = "a program in a browser has none; one on a server should have a secret or a key"
        yield Finding(Level.ADVICE, "token_endpoint_auth_method: it proves nothing", advice)
    if metadata.has_secret(client.token_endpoint_auth_method) and not client.first_party:
        advice = "a secret is known to both sides: a partner had better sign with a key of its own, private_key_jwt"
        yield Finding(Level.ADVICE, f"token_endpoint_auth_method: {client.token_endpoint_auth_method}", advice)
    has_former = client.former_secret_expires_at is not None and client.former_secret_expires_at > clock.now()
    if has_former:
        until = f"{client.former_secret_expires_at:%Y-%m-%d %H:%M}"
        yield Finding(
            Level.ADVICE, f"client_secret: the former one is accepted until {until} UTC", "nothing, once that is past"
        )
    if client.offline:
        advice = "only where it must act in people's absence; else let it ask for offline_access"
        yield Finding(Level.ADVICE, "offline: its grants outlive the session, unasked", advice)


def _sign_out(client: Client) -> Iterator[Finding]:
    if "authorization_code" not in client.grant_types or client.application_type == "native":
        return
    if not client.backchannel_logout_uri and not client.frontchannel_logout_uri:
        advice = "people stay signed in there after they signed out here: give it a backchannel_logout_uri"
        yield Finding(Level.ADVICE, "backchannel_logout_uri: none", advice)
    if not client.post_logout_redirect_uris:
        advice = "people who sign out there end on our page, without a way back"
        yield Finding(Level.ADVICE, "post_logout_redirect_uris: none", advice)


def _people(client: Client) -> Iterator[Finding]:
    """What the people who meet it miss."""
    if "authorization_code" not in client.grant_types:
        return
    if client.initiate_login_uri is None and client.fund_id is None:
        yield Finding(
            Level.ADVICE,
            "initiate_login_uri: none, and no fund",
            "a sign-in that died cannot begin again: give it one of the two",
        )
    if not client.first_party and client.policy_uri is None:
        advice = "people who are asked for their consent cannot read what becomes of their data"
        yield Finding(Level.ADVICE, "policy_uri: none, for a third party", advice)
    if not client.first_party and client.subject_type == "public":
        advice = "partners can compare people by their sub: register it as pairwise, which is fixed then"
        yield Finding(Level.ADVICE, "subject_type: public, for a third party", advice)


def _idleness(client: Client) -> Iterator[Finding]:
    """What was registered, and is never asked for: what nobody needs should not be open."""
    used = Grant.scopes_of(client.id)
    if not used:
        if "authorization_code" in client.grant_types:
            yield Finding(Level.ADVICE, "it was never used", "disable it when it is not to come: idp clients disable")
        return
    unused = [scope for scope in client.scopes if scope not in used | SILENT]
    if unused:
        advice = "what is not needed should not be open: take it out"
        yield Finding(Level.ADVICE, f"scopes: never asked for: {' '.join(unused)}", advice)


def orphans(known: Mapping[str, Client]) -> list[Finding]:
    """What is wrong between APIs and clients: who may introspect, and is not there to ask."""
    found = []
    for api in Resource.all():
        for client_id in api.introspection_clients:
            client = known.get(client_id)
            if client is None or client.disabled_at is not None:
                what = f"{api.identifier}: {client_id} may introspect, and is not there"
                found.append(Finding(Level.INCONSISTENT, what, "take it out: idp resources apply"))
    return found
