"""Which settings contradict each other, and which are unsafe outside development."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit


def problems(chosen: Any) -> list[str]:
    """Everything wrong with settings (`idp.settings.Settings`, which stands above), in words for the operator."""
    return [*_contradictions(chosen), *(_dangers(chosen) if chosen.is_production else ())]


def is_loopback(host: str) -> bool:
    """Whether a host name or address names this very machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _contradictions(chosen: Any) -> list[str]:
    issuer = urlsplit(chosen.issuer)
    wrong = issuer.scheme not in ("http", "https") or not issuer.hostname or issuer.query or issuer.fragment
    problems = []
    if wrong or issuer.username or chosen.issuer.endswith("/"):
        problems.append("IDP_ISSUER must be http(s)://host[:port][/path], without a final slash, query or user")
    if not chosen.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("IDP_DATABASE_URL must be sqlite:///… or postgresql+psycopg://…")
    if not chosen.shortlived_url.startswith(("sqlite:///", "redis://", "rediss://", "unix://")):
        problems.append("IDP_SHORTLIVED_URL must be sqlite:///…, redis://…, rediss://… or unix://…")
    if chosen.smtp_tls == "none" and not is_loopback(chosen.smtp_host):
        problems.append("IDP_SMTP_TLS must be starttls or implicit: none is for a server on loopback")
    gateway = urlsplit(chosen.sms_url)
    is_safe = gateway.scheme == "https" or (gateway.scheme == "http" and is_loopback(gateway.hostname or ""))
    if chosen.sms_url and not (is_safe and gateway.hostname):
        problems.append("IDP_SMS_URL must be https://…")
    if chosen.session_idle_lifetime > chosen.session_lifetime:
        problems.append("IDP_SESSION_IDLE_LIFETIME must not exceed IDP_SESSION_LIFETIME")
    return problems


def _dangers(chosen: Any) -> list[str]:
    problems = []
    if not chosen.is_secure:
        problems.append("IDP_ISSUER must be https outside development")
    if not chosen.database_url.startswith("postgresql+psycopg://"):
        problems.append("IDP_DATABASE_URL must be PostgreSQL outside development")
    if chosen.shortlived_url.startswith("sqlite:///"):
        problems.append("IDP_SHORTLIVED_URL must be Redis outside development")
    if chosen.smtp_tls == "none":
        problems.append("IDP_SMTP_TLS must be starttls or implicit outside development")
    if chosen.sms_url.startswith("http:"):
        problems.append("IDP_SMS_URL must be https outside development")
    if chosen.breached_passwords is None:
        problems.append("IDP_BREACHED_PASSWORDS must name the file that `idp passwords import-breached` makes")
    if chosen.cheap_hashes:
        problems.append("IDP_CHEAP_HASHES is for tests only")
    return problems
