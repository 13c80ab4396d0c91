"""This machine: who may read what is on it, who stands in front of it, which languages it speaks."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import idp
from idp import clock
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.safety import is_loopback
from idp.settings import Settings

SETTINGS_FILE = Path(".env")
LEAST_FREE = 1 << 30
"""Bytes under which a log or a database may soon fill the disk."""
_TRANSLATIONS = Path(idp.__path__[0]) / "translations"
_SOURCE = "fr"
_YEAR = timedelta(days=365)


def _place(chosen: Settings) -> Iterator[Seen]:
    if chosen.is_production:
        yield fine(f"{chosen.issuer}, in production")
    else:
        yield advice(f"{chosen.issuer} is development: mistakes are forgiven", "set IDP_ISSUER to the https address")


def _proxies(chosen: Settings) -> Iterator[Seen]:
    if chosen.trusted_proxies == 0:
        do = "set IDP_TRUSTED_PROXIES to how many proxies stand in front (deploy/nginx.conf: 1)"
        yield wrong("no proxy is trusted: the whole world has one address, and its limits are shared", do)
    elif not is_loopback(chosen.host):
        do = "let a firewall admit the proxies alone to that port: whoever else reaches it says who they are"
        yield advice(f"{chosen.host}:{chosen.port} is listened to, behind {chosen.trusted_proxies} proxies", do)
    else:
        yield fine(f"{chosen.trusted_proxies} in front, and none but this machine reaches {chosen.host}:{chosen.port}")


def _modes(chosen: Settings) -> Iterator[Seen]:
    secret = [SETTINGS_FILE.absolute(), chosen.master_key_file.absolute()]
    exposed = [path for path in secret if path.exists() and path.stat().st_mode & 0o077]
    for path in exposed:
        yield wrong(f"{path} can be read by others", f"chmod 600 {path}")
    if not exposed:
        yield fine("what holds secrets is its owner's alone")


def _disk(chosen: Settings) -> Iterator[Seen]:
    yield room(chosen.master_key_file.absolute().parent, LEAST_FREE)


def room(folder: Path, least: int) -> Seen:
    """The verdict on what is free where a folder is."""
    free = shutil.disk_usage(folder).free
    told = f"{free >> 20} MiB are free at {folder}"
    return fine(told) if free >= least else wrong(told, "make room: letters, logs and backups are what grows")


def _stolen(chosen: Settings) -> Iterator[Seen]:
    """That there is a list, and a readable one, the settings ask for already."""
    path = chosen.breached_passwords
    if path is None:
        yield wrong("no list of stolen passwords", "idp passwords import-breached, and set IDP_BREACHED_PASSWORDS")
        return
    age = clock.now() - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    told = f"the list was made {max(age.days, 0)} days ago"
    yield fine(told) if age < _YEAR else advice(told, "download a newer one, then idp passwords import-breached")


def _languages(chosen: Settings) -> Iterator[Seen]:
    """French is the source text; every other language needs its catalogue, compiled."""
    missing = [name for name in chosen.locales if name != _SOURCE and not _catalogue(name).is_file()]
    if missing:
        yield wrong(f"no compiled catalogue of {', '.join(missing)}", "install the package anew, or set IDP_LOCALES")
    else:
        yield fine(", ".join(chosen.locales))


def _catalogue(locale: str) -> Path:
    return _TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo"


CHECKS = (
    Check("address", "it is in every token, link and letter, for ever", _place, in_development=True),
    Check("proxies", "limits by network need to know who asks", _proxies, told_at_start=True),
    Check("file modes", "whoever reads the settings or the master key reads all", _modes, told_at_start=True),
    Check("stolen passwords", "what was stolen elsewhere is tried here first", _stolen),
    Check("disk", "a full disk stops everything at once", _disk, in_development=True),
    Check("languages", "pages would be French for everyone", _languages, in_development=True),
)
