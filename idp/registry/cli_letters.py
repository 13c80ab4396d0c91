"""The commands of the letters: `idp members letters | reissue | returned`."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from idp import clock
from idp.db import unit_of_work
from idp.registry import enrolment
from idp.registry.letters import batch as batches
from idp.registry.letters import notices, returns
from idp.registry.letters.batch import Press
from idp.registry.letters.drawing import Typeface
from idp.registry.letters.files import FilesRefused
from idp.registry.letters.models import KINDS
from idp.registry.models import Fund, Organization
from idp.settings import settings
from idp.web.commands import changes, refuse
from keys.cms import Recipient
from keys.errors import BadCertificate

fragment = AppGroup("letters")
"""Commands that `idp.registry.cli` puts into its group `members`."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@fragment.command("letters")
@click.option("--batch", "name", required=True, metavar="NAME", help="Small letters, digits and dashes.")
@click.option("--fund", "code", metavar="CODE", help="This fund's members only.  [default: each fund's]")
@click.option("--kind", type=click.Choice([*KINDS, "all"]), default="all", show_default=True)
@click.option("--not-before", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The code letters leave later.")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--per-file", type=click.IntRange(1, batches.PER_FILE), default=batches.PER_FILE, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@changes
def letters(name: str, code: str | None, kind: str, not_before: datetime | None, folder: Path, **how: Any) -> None:
    """Make the letters of a batch as PDF files: the identifier in one, the provisional code in another.

    It writes to each organization that never was written to, and to those whose letters were asked for again. A file
    of its own has the letters that tell companies of mandates entered for them (`idp delegations add`). Run
    again with the same words, it finishes what was interrupted, and does nothing more. In production the files are
    sealed to the printer's certificate (IDP_LETTERS_CERTIFICATE).

    \b
    idp members letters --operator lea --batch 2026-11 --out letters
    idp members letters --operator lea --batch 2026-12 --kind welcome --out letters
    idp members letters --operator lea --batch 2026-12 --kind code --not-before 2026-12-08 --out letters
    """
    if not _NAME.fullmatch(name):
        raise click.BadParameter("a name of small letters, digits and dashes is needed", param_hint="--batch")
    press = _press(folder, how["per_file"], quiet=how["as_json"])
    kinds = list(KINDS) if kind == "all" else [kind]
    with unit_of_work(writes=False):
        codes = [fund.code for fund in ([_fund(code)] if code else Fund.all())]
    told = [_make(one, name, not_before.date() if not_before else None, kinds, press) for one in codes]
    if how["as_json"]:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for made in told:
        click.echo(_line(made, name))


@fragment.command("reissue")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@click.option("--fund", "code", required=True, metavar="CODE")
@changes
def reissue(numbers: tuple[str, ...], code: str) -> None:
    """Send the letters of these organizations again, with the next batch; the codes that are out stay good.

    Those about mandates leave again where they came back, also to who has opened an account.

    All of them, or none where one is refused.

    \b
    idp members reissue --operator lea --fund nord M00123 M00124
    """
    with unit_of_work():
        fund = _fund(code)
        found = {number: Organization.by_number(fund.id, number) for number in numbers}
        refused = [f"{number}: no such number in {code}" for number, organization in found.items() if not organization]
        for number, organization in found.items():
            reason = _ask_again(organization) if organization else None
            refused += [f"{number}: {reason}"] if reason else []
        if refused:
            refuse(*refused)
    click.echo(f"{len(found)} organizations: their letters leave with the next batch")


@fragment.command("returned")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@changes
def returned(file: Any) -> None:
    """Kill the codes of letters that came back undelivered: FILE has their references, one a line, or - to type them.

    Of a letter about a mandate it is only noted: the mandate stands. With the right address in the register,
    `idp members reissue` sends it again.

    All of them, or none where one is unknown. A letter that is sent again meanwhile keeps its code.

    \b
    idp members returned --operator lea returned.txt
    """
    with unit_of_work():
        try:
            counts = returns.kill(file)
        except returns.UnknownReferences as error:
            refuse(*error.reasons)
    others = f", {counts.notices} letters about mandates" if counts.notices else ""
    click.echo(f"{counts.killed} codes killed, {counts.known} known already or used{others}")


def _ask_again(organization: Organization) -> enrolment.Refusal | None:
    back, refusal = notices.ask_again(organization), enrolment.reissue(organization)
    return None if back else refusal


def _press(folder: Path, per_file: int, quiet: bool) -> Press:
    typeface, recipient = Typeface(settings.letters_fonts), None
    if settings.is_production and settings.letters_certificate is None:
        refuse("IDP_LETTERS_CERTIFICATE: letters are sealed to the printer's certificate outside development")
    if settings.is_production and not typeface.is_complete:
        refuse(f"IDP_LETTERS_FONTS: DejaVu is not in {settings.letters_fonts} (Debian: fonts-dejavu-core)")
    if settings.letters_certificate:
        try:
            recipient = Recipient.read(settings.letters_certificate, clock.now())
        except BadCertificate as error:
            refuse(f"IDP_LETTERS_CERTIFICATE: {error}")

    def tell(name: str, count: int) -> None:
        if not quiet:
            click.echo(f"{name}: {count} letters", err=True)

    return Press(folder, recipient, typeface, per_file, tell)


def _make(code: str, name: str, not_before: date | None, kinds: list[str], press: Press) -> dict[str, Any]:
    """Make a fund's batch; what became of it."""
    try:
        with unit_of_work():
            opened = batches.open_batch(_fund(code), name, not_before)
        made = batches.make(opened.id, kinds, press) if opened and not opened.is_made else {}
    except (FilesRefused, batches.BatchRefused) as error:
        refuse(str(error))
    return {
        "fund": code,
        "batch": name,
        "letters": opened.letters if opened else 0,
        "made_before": bool(opened and opened.is_made),
        "without_address": opened.without_address if opened else [],
        "files": made,
    }


def _line(made: dict[str, Any], name: str) -> str:
    if made["made_before"]:
        return f"{made['fund']}\t{name} was made before: {made['letters']} letters"
    files = ", ".join(f"{kind}: {len(listed)} files" for kind, listed in made["files"].items())
    left_out = f"\twithout an address: {' '.join(made['without_address'])}" if made["without_address"] else ""
    return f"{made['fund']}\t{made['letters']} letters\t{files or 'nobody is to be written to'}{left_out}"


def _fund(code: str) -> Fund:
    fund = Fund.by_code(code)
    if fund is None:
        refuse(f"{code!r} is no fund here")
    return fund
