"""A delegation on one sheet."""

from io import BytesIO

from pypdf import PdfReader

from idp.delegations.granting import summary
from tests.builders import a_delegation, an_organization
from tests.delegating import a_proven_firm


def test_the_sheet_says_who_lets_whom_do_what_and_until_when(app):
    with app.app_context():
        company = an_organization(name="Couverture <Œuvre> & Fils")
        one = a_delegation(company.id, a_proven_firm().id, evidence="REF-7")
        pdf = summary.sheet(one, company, ["Documents : consulter"])
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for words in ("<Œuvre> & Fils", "Cabinet Exemple", "31 mars 2099", "consulter", "REF-7", company.siret):
        assert words in text.replace("\xa0", " ")
