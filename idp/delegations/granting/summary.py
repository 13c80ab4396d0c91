"""A delegation on paper: a sheet to keep, and the letter that tells a company of what it signed."""

import io
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from flask_babel import gettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate

from idp.delegations.granting import terms
from idp.delegations.models import Delegation
from idp.registry.letters.drawing import Typeface
from idp.registry.letters.words import Told
from idp.registry.models import Fund, Organization
from idp.settings import settings
from idp.web.filters import last_day


def sheet(one: Delegation, organization: Organization, rights: Sequence[str]) -> bytes:
    """The PDF; `rights` in words. Nobody's name but those of the company, its firm and its fund."""
    face = _typeface(settings.letters_fonts)
    plain = ParagraphStyle("plain", fontName=face.plain, fontSize=11, leading=16, spaceAfter=3 * mm)
    title = ParagraphStyle("title", parent=plain, fontName=face.bold, fontSize=16, leading=22, spaceAfter=6 * mm)
    said = io.BytesIO()
    page = SimpleDocTemplate(
        said, pagesize=A4, leftMargin=25 * mm, rightMargin=25 * mm, topMargin=25 * mm, title=str(gettext("Délégation"))
    )
    head, *lines = (escape(face.drawable(line)) for line in _lines(one, organization, rights))
    page.build([Paragraph(head, title), *(Paragraph(line, plain) for line in lines)])
    return said.getvalue()


def letter(one: Delegation, organization: Organization, rights: Sequence[str]) -> Told:
    """What the letter says of a mandate that was entered: it names the firm, and no number of the company's."""
    today = last_day(terms.today_of(organization))
    return Told(
        subject=str(gettext("Un cabinet comptable peut agir pour votre entreprise")),
        opening=str(
            gettext(
                "Nous avons reçu la délégation que votre entreprise a signée sur papier. Elle est enregistrée depuis"
                " le %(day)s : ce cabinet peut agir pour votre entreprise.",
                day=today,
            )
        ),
        title=str(gettext("Ce que votre entreprise a signé")),
        lines=[*_firm(one), *_given(one, rights), *_evidence(one)],
        remedy=str(
            gettext(
                "Vous pouvez l’arrêter à tout moment, dans votre espace ou en écrivant à votre caisse. Si vous n’avez"
                " rien signé, appelez-nous tout de suite."
            )
        ),
    )


def _lines(one: Delegation, organization: Organization, rights: Sequence[str]) -> list[str]:
    fund = Fund.by_id(organization.fund_id)
    return [
        str(gettext("Délégation")),
        fund.name if fund else settings.network_name,
        str(gettext("Entreprise : %(name)s, SIRET %(siret)s", name=organization.name, siret=organization.siret)),
        *_firm(one),
        *_given(one, rights),
        str(gettext("Vous pouvez l’arrêter à tout moment, dans votre espace ou en écrivant à votre caisse.")),
        *_evidence(one),
        *([str(gettext("Mail : %(address)s", address=fund.contact_email))] if fund else []),
    ]


def _firm(one: Delegation) -> list[str]:
    return [str(gettext("Cabinet : %(name)s, SIRET %(siret)s", name=one.firm_name, siret=one.firm_siret))]


def _given(one: Delegation, rights: Sequence[str]) -> list[str]:
    """The same as the page says, in its words."""
    lines = [
        str(gettext("Jusqu’au %(day)s inclus", day=last_day(one.ends_on))),
        str(gettext("Le cabinet peut :")),
        *(f"– {line}" for line in rights),
        str(gettext("Pour toutes les personnes du cabinet"))
        if one.all_staff
        else str(gettext("Pour les personnes que le cabinet désigne")),
        str(gettext("Avec les logiciels du cabinet"))
        if one.applications_allowed
        else str(gettext("Sans les logiciels du cabinet")),
    ]
    if one.machine_allowed:
        lines.append(str(gettext("Ses logiciels peuvent travailler seuls, même quand personne n’est là")))
    return lines


def _evidence(one: Delegation) -> list[str]:
    return [str(gettext("Pièce : %(reference)s", reference=one.evidence))] if one.evidence else []


@cache
def _typeface(folder: Path) -> Typeface:
    return Typeface(folder)
