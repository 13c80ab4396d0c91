"""What is sealed, and the keys it is sealed under; the keys that sign."""

import stat
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from idp import clock
from idp.accounts.models import Account
from idp.extensions import passwords, vault
from idp.oidc.clients.metadata import SIGNING_ALGS
from idp.oidc.keystore import SqlKeyStore
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.settings import Settings
from keys.errors import Unreadable
from keys.signing import SigningKey

OLDEST = timedelta(days=100)
"""Beyond, a key signs for longer than it should: it turns every three months."""
_BATCH = 10_000


def _master_key(chosen: Settings) -> Iterator[Seen]:
    path = chosen.master_key_file.absolute()
    yield fine(f"versions {', '.join(map(str, vault.versions))}; the first seals")
    if _others_may_write(path.parent):
        yield wrong(f"others may replace it: {path.parent} is theirs to write in", f"chmod go-w {path.parent}")


def _others_may_write(folder: Path) -> bool:
    mode = folder.stat().st_mode
    return bool(mode & 0o022) and not mode & stat.S_ISVTX


def _peppers(chosen: Settings) -> Iterator[Seen]:
    found, is_ours = Counter(_versions()), _opens()
    if not is_ours:
        yield wrong("they do not open: the master key is another one of that version", "put the former file back")
    unknown = [version for version in found if version not in (None, *vault.versions)]
    former = [version for version in found if version in vault.versions[1:]]
    if unknown:
        count = sum(found[version] for version in unknown)
        yield wrong(f"{count} are sealed under a master key that is not here", "put that version back into the file")
    if former:
        count = sum(found[version] for version in former)
        yield advice(f"{count} are sealed under a former master key", "idp passwords reseal, before that key leaves")
    if is_ours and not unknown and not former:
        yield fine(f"{found.total()}, all under the newest master key")


def _opens() -> bool:
    """Whether the first of them does."""
    try:
        return all(isinstance(passwords.needs_rehash(kept), bool) for _, kept in Account.hashes(None, 1))
    except Unreadable:
        return False


def _versions() -> Iterator[int | None]:
    last, read = None, Account.hashes(None, _BATCH)
    while read:
        yield from (_version(kept) for _, kept in read)
        last = read[-1][0]
        read = Account.hashes(last, _BATCH)


def _version(kept: str) -> int | None:
    try:
        return passwords.sealed_under(kept)
    except Unreadable:
        return 0  # no version of ours


def _signing(chosen: Settings) -> Iterator[Seen]:
    try:
        keys = SqlKeyStore().load()
    except Unreadable as error:
        yield wrong(f"they cannot be opened: {error}", "put the former master key back, or read the page of its loss")
        return
    for alg in SIGNING_ALGS:
        yield from _of(alg, [key for key in keys if key.alg == alg])


def _of(alg: str, keys: list[SigningKey]) -> Iterator[Seen]:
    now = clock.now()
    signs = [key for key in keys if key.signs_from <= now and not key.is_retired(now)]
    waits = [key for key in keys if key.signs_from > now]
    if not signs:
        yield wrong(f"none signs {alg}", f"idp keys rotate --alg {alg}")
        return
    newest = max(signs, key=lambda key: key.signs_from)
    age = (now - newest.signs_from).days
    if timedelta(days=age) > OLDEST and not waits:
        yield advice(f"{alg}: it signs since {age} days, and none waits", f"idp keys rotate --alg {alg}")
    else:
        yield fine(f"{alg}: it signs since {age} days, {'another waits' if waits else 'none waits'}")


CHECKS = (
    Check(
        "master key",
        "whoever writes that file rules all that is sealed; who reads it too",
        _master_key,
        in_development=True,
    ),
    Check("password hashes", "those under a key that leaves are lost with it", _peppers, in_development=True),
    Check(
        "signing keys", "without one no token is made, and an old one had time to leak", _signing, in_development=True
    ),
)
