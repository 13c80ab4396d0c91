"""A delegation on one sheet."""

from io import BytesIO

from pypdf import PdfReader

from idp.delegations.granting import summary
from tests.builders import a_delegation, an_organization
from tests.delegating import a_proven_firm


def test_the_sheet_says_who_lets_whom_do_what_and_until_when(app):
    with app.app_context():
        company = an_organization(name="Couverture <Œuvre> & Fils")
        text = printed(company, evidence="REF-7")
    for words in ("<Œuvre> & Fils", "Cabinet Exemple", "31 mars 2099", "consulter", "REF-7", company.siret):
        assert words in text


def test_the_sheet_and_the_letter_say_what_software_may_do(app):
    alone, theirs, none = "travailler seuls, même quand personne n’est là", "Avec les logiciels", "Sans les logiciels"
    with app.app_context():
        company = an_organization()
        text = printed(company, applications_allowed=True, machine_allowed=True)
        assert alone in text
        assert theirs in text
        text = printed(company, machine_allowed=False)
        assert alone not in text
        assert none in text


def printed(company, **changes):
    """What stands on the sheet; the letter says the same of what is given."""
    one = a_delegation(company.id, a_proven_firm().id, **changes)
    rights = ["Documents : consulter"]
    pdf = summary.sheet(one, company, rights)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    letter = summary.letter(one, company, rights)
    assert all(line in text for line in letter.lines)
    return text
