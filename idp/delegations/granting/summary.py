"""A delegation on one sheet, to be printed, posted or kept: who lets whom do what, and until when."""

import io
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from flask_babel import format_date, gettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate

from idp.delegations.models import Delegation
from idp.registry.letters.drawing import Typeface
from idp.registry.models import Fund, Organization
from idp.settings import settings


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


def _lines(one: Delegation, organization: Organization, rights: Sequence[str]) -> list[str]:
    fund = Fund.by_id(organization.fund_id)
    until = str(format_date(one.ends_on, "long"))
    lines = [
        str(gettext("Délégation")),
        fund.name if fund else settings.network_name,
        str(gettext("Entreprise : %(name)s, SIRET %(siret)s", name=organization.name, siret=organization.siret)),
        str(gettext("Cabinet : %(name)s, SIRET %(siret)s", name=one.firm_name, siret=one.firm_siret)),
        str(gettext("Jusqu’au %(day)s inclus", day=until)),
        str(gettext("Le cabinet peut :")),
        *(f"– {line}" for line in rights),
        str(gettext("Vous pouvez l’arrêter à tout moment, dans votre espace ou en écrivant à votre caisse.")),
    ]
    if one.evidence:
        lines.append(str(gettext("Pièce : %(reference)s", reference=one.evidence)))
    if fund:
        lines.append(str(gettext("Mail : %(address)s", address=fund.contact_email)))
    return lines


@cache
def _typeface(folder: Path) -> Typeface:
    return Typeface(folder)
