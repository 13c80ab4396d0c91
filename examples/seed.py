"""What is invented, made through public interfaces only: fund, register, accounts, letters, the portal and the firm.

Run again, it changes nothing that stands: `python -m examples.seed`.
"""

import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from itertools import count
from pathlib import Path

import yaml
from flask import Flask
from flask.cli import ScriptInfo

from app import cli, create_app
from examples import firm
from examples.firm import api
from examples.firm import app as firm_app
from examples.invented import (
    FIRMS,
    FUND,
    FUND_NAME,
    GIVEN,
    NEWCOMERS,
    OFFERED,
    PASSWORD,
    PERSONAS,
    REGISTER,
    Persona,
)
from examples.portal.config import Config
from idp import clock, db
from idp.accounts import memberships, people
from idp.accounts.colleagues.holding import held_by
from idp.accounts.models import Account
from idp.accounts.views import menus
from idp.delegations.granting import models, offering, paper, terms
from idp.delegations.granting.paper import Mandate
from idp.delegations.granting.terms import Terms
from idp.delegations.models import Delegation
from idp.registry import directory
from idp.registry.models import Fund, Organization
from idp.settings import settings

OPERATOR = "examples"


def seed(app: Flask, portal_url: str, folder: Path) -> Path:
    """Make what is missing; the path of the portal's configuration, which only its owner can read.

    `portal_url` is the portal's own address: each address is a client of its own, since redirect URIs are exact.
    """
    with app.app_context():
        if settings.is_production:
            raise RuntimeError("the passwords of the examples are printed: they are for this machine only")
    client_id = f"portal-{portal_url.rpartition(':')[2]}"
    folder.mkdir(parents=True, exist_ok=True)
    _apply_fund(app, client_id, folder / "fund.yaml")
    with app.app_context():
        _register()
        for persona in PERSONAS:
            with clock.travel(-persona.opened):
                _open_account(persona)
    _delegate(app)
    _post_letters(app, folder / "letters")
    _write_privately(folder / "people.json", json.dumps(list(_known_by_heart()), indent=2, ensure_ascii=False))
    return _configured(app, client_id, portal_url, folder, _portal(client_id, portal_url))


def seed_firm(app: Flask, firm_url: str, folder: Path) -> Path:
    """The partner firm, once the fund is there: the API that it reads, and its configuration."""
    client_id = f"firm-{firm_url.rpartition(':')[2]}"
    command(app, "resources", "apply", str(Path(firm.__file__).parent / "api.yaml"))
    return _configured(app, client_id, firm_url, folder, _firm(client_id, firm_url))


def command(app: Flask, *arguments: str) -> str:
    """Run a command of `idp` in this process; what it printed."""
    said = io.StringIO()
    with redirect_stdout(said), _operating():
        failed = cli.main(list(arguments), "idp", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
    if failed:
        raise RuntimeError(f"idp {' '.join(arguments[:2])} ended with {failed}")
    return said.getvalue()


def _apply_fund(app: Flask, client_id: str, described: Path) -> None:
    here = Path(__file__).parent
    file = yaml.safe_load((here / "fund.yaml").read_text(encoding="utf-8"))
    for fund in file["funds"]:
        fund |= {"home_portal": client_id, "logo": str(here / fund["logo"])}
    described.write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
    command(app, "funds", "apply", str(described))


def _register() -> None:
    with db.unit_of_work():
        fund = Fund.by_code(FUND)
        assert fund is not None
        for entry in REGISTER:
            directory.register_organization(fund, entry)


def _open_account(persona: Persona) -> None:
    with db.unit_of_work(writes=False):
        known = Account.by_email(persona.person.email) is not None
    with db.unit_of_work():
        account = None if known else people.create(persona.person, PASSWORD, Fund.by_code(FUND))
        account = account or Account.by_email(persona.person.email)
        assert account is not None
        for number in persona.numbers:
            organization = directory.find(FUND, number)
            assert organization is not None
            memberships.link(account, organization, holder=not persona.rights, rights=persona.rights)


def _delegate(app: Flask) -> None:
    """Vouch for both firms; members let a firm act, with applications of partners, and another offers to."""
    for number in FIRMS:
        command(app, "delegations", "prove-firm", FUND, number, "--evidence", "examples")
    with app.app_context(), db.unit_of_work():
        for member, office in GIVEN:
            given, firm = _found(member), _found(office)
            if not models.is_waiting_for(given.id, firm.siret, clock.now()):
                wanted = _terms(given, applications_allowed=True)
                paper.enter(Mandate(given, firm.siret, wanted, "examples"), menus.in_words(wanted.rights))
        offered = _found(OFFERED[0])
        account = Account.by_email(next(one.person.email for one in PERSONAS if OFFERED[0] in one.numbers))
        assert account is not None
        begun = offering.begin(held_by(account.id, offered.id), _found(OFFERED[1]).siret)
        if isinstance(begun, Delegation):
            held = held_by(account.id, offered.id)
            assert offering.fill(held, begun, _terms(offered)) is None
            assert offering.confirm(held, begun, offering.wording(begun)) is None


def _found(number: str) -> Organization:
    found = directory.find(FUND, number)
    assert found is not None
    return found


def _terms(organization: Organization, **allowed: bool) -> Terms:
    rights = ("employees:read", "absences:read", "absences:act", "documents:read")
    return terms.of(rights, terms.a_year_from(terms.today_of(organization)), **allowed)


def _post_letters(app: Flask, folder: Path) -> None:
    """The two letters of whoever waits for them, each in a file of its own, as in an envelope."""
    for number in count(1):
        batch = ("--fund", FUND, "--batch", f"exemple-{number}", "--per-file", "1", "--out", str(folder))
        (made,) = json.loads(command(app, "members", "letters", *batch, "--json"))
        if not made["made_before"]:
            return


def _known_by_heart() -> Iterator[dict[str, str | None]]:
    """What no letter says, for whoever plays these people: the postbox shows it beside what they get."""
    register = {entry.number: entry for entry in REGISTER}
    everyone = [(one.person, one.numbers[0]) for one in PERSONAS] + [(one.person, one.number) for one in NEWCOMERS]
    for person, number in everyone:
        entry = register[number]
        yield {
            "name": f"{person.given_names} {person.family_name}",
            "company": entry.name,
            "siret": entry.siret,
            "email": person.email,
            "mobile": person.mobile,
        }


def _configured(app: Flask, client_id: str, url: str, folder: Path, registration: Iterable[str]) -> Path:
    """The configuration of a client: with the secret it was given, or a new one when file or client was lost."""
    path = folder / f"{client_id}.json"
    known = {client["client_id"] for client in json.loads(command(app, "clients", "list", "--json"))}
    if client_id in known and path.exists():
        secret = Config.read(path).client_secret
    else:
        rotation = ("clients", "rotate-secret", client_id, "--keep-former", "0", "--json")
        made = command(app, *(rotation if client_id in known else registration))
        secret = str(json.loads(made)["client_secret"])
    with app.app_context():
        config = Config(settings.issuer, client_id, secret, url, FUND, FUND_NAME)
    _write_privately(path, json.dumps(asdict(config), indent=2))
    return path


def _portal(client_id: str, url: str) -> Iterator[str]:
    yield from ("clients", "add", "--json", "--first-party", "--client-id", client_id, "--fund", FUND)
    yield from (
        "--name",
        "Espace sécurisé Entreprise",
        "--scope",
        "openid profile email phone organization organizations",
    )
    yield from ("--initiate-login-uri", f"{url}/login")
    yield from _addresses(url)


def _firm(client_id: str, url: str) -> Iterator[str]:
    yield from ("clients", "add", "--json", "--third-party", "--client-id", client_id, "--fund", FUND)
    yield from ("--name", "Moreau Paie", "--scope", firm_app.SCOPE, "--resource", api.IDENTIFIER, "--pairwise")
    yield from ("--policy-uri", f"{url}/vie-privee", "--tos-uri", f"{url}/conditions")
    yield from ("--initiate-login-uri", f"{url}/login")
    yield from _addresses(url)


def _addresses(url: str) -> Iterator[str]:
    yield from ("--redirect-uri", f"{url}/callback")
    yield from ("--post-logout-redirect-uri", f"{url}/signed-out")
    yield from ("--backchannel-logout-uri", f"{url}/backchannel-logout")


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


@contextmanager
def _operating() -> Iterator[None]:
    former = os.environ.get("IDP_OPERATOR")
    os.environ["IDP_OPERATOR"] = OPERATOR
    try:
        yield
    finally:
        if former is None:
            del os.environ["IDP_OPERATOR"]
        else:
            os.environ["IDP_OPERATOR"] = former


if __name__ == "__main__":
    print(seed(create_app(), f"http://localhost:{os.environ.get('PORTAL_PORT', '8001')}", Path("var")))
