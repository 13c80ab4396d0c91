"""Our provider as `idp serve` runs it, on either pair of memories, with its clients and people."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from app import create_app
from bench.flows import CALLBACK, SCOPE, Client, Provider, endlessly
from bench.machine import Started, running
from examples.seed import command
from idp import db, settings
from idp.accounts import people
from idp.accounts.people import Person
from idp.oidc.clients import registration
from idp.oidc.clients.metadata import Metadata
from idp.oidc.clients.registration import Registered
from tests import servers

PASSWORD = "Exemple-Chantier-42"
PEOPLE = 32
ALGORITHMS = {"RS256": "RS256", "ES256": "ES256", "userinfo": "ES256"}


@contextmanager
def started(folder: Path, port: int, core: int, *, in_production: bool) -> Iterator[tuple[Provider, Started]]:
    """Our provider on PostgreSQL and Redis, or on two SQLite files: seeded, one worker, it answers."""
    with ExitStack() as stack:
        env = {**_settings(folder, port), **(_servers(stack) if in_production else {})}
        provider = _seeded(env, port)
        started = stack.enter_context(serving(env, port, core, folder / "ours.log"))
        yield provider, started


def serving(env: Mapping[str, str], port: int, core: int, log: Path) -> AbstractContextManager[Started]:
    """One worker of `idp serve`, on one core."""
    return running([sys.executable, "-m", "app", "serve"], port, core, log, env)


def _settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "IDP_ISSUER": f"http://localhost:{port}",
        "IDP_PORT": str(port),
        "IDP_WORKERS": "1",
        "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
        "IDP_SHORTLIVED_URL": f"sqlite:///{folder}/shortlived.db",
        "IDP_MASTER_KEY_FILE": f"{folder}/master.key",
        "IDP_JOURNEYS_AN_HOUR": "1000000",  # all from one machine
        "IDP_SIGN_IN_TRIES_A_DAY": "1000000",  # a few people, over and over
    }


def _servers(stack: ExitStack) -> dict[str, str]:
    database, redis = stack.enter_context(servers.postgres()), stack.enter_context(servers.redis())
    return {"IDP_DATABASE_URL": database.create("bench"), "IDP_SHORTLIVED_URL": redis.url}


def _seeded(env: Mapping[str, str], port: int) -> Provider:
    os.environ |= env
    app = create_app(settings.load().model_copy(update={"log_level": "WARNING"}))  # the table is all that is printed
    command(app, "db", "upgrade")
    with app.app_context():
        clients = {use: _client(use, algorithm) for use, algorithm in ALGORITHMS.items()}
        accounts = [_account(number) for number in range(PEOPLE)]
        db.db.engine.dispose()
    return Provider(port, clients, endlessly(accounts))


def _client(use: str, algorithm: str) -> Client:
    asked = Metadata(
        name="Bench",
        client_id=f"bench-{use.lower()}",
        first_party=True,
        redirect_uris=(CALLBACK,),
        scopes=tuple(SCOPE.split()),
        access_token_signing_alg=algorithm,
    )
    with db.unit_of_work():
        done = registration.register(asked, development=True)
        assert isinstance(done, Registered), done
        assert done.secret is not None
        return Client(done.client.client_id, done.secret)


def _account(number: int) -> tuple[str, str]:
    email = f"person-{number}@example.org"
    with db.unit_of_work():
        people.create(Person("Léa", "Martin", email, "Mme"), PASSWORD)
    return email, PASSWORD
