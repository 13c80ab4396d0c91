"""Everything that is invented: the fund, its register, who has an account in it, and whose letters are waiting."""

from dataclasses import dataclass
from datetime import timedelta

from idp.accounts.people import Person
from idp.registry.directory import Entry, Holder

FUND = "val-exemple"
FUND_NAME = "Caisse du Bâtiment du Val d’Exemple"
PASSWORD = "Exemple-Chantier-42"
"""Of every persona: for demonstration, and printed. Never seed a provider that others can reach."""

LEA = Person("Léa", "Martin", "lea.martin@martin.example.org", "Mme", "+262639980001", mobile_is_certified=True)
KARIM = Person("Karim", "Benali", "karim@benali.example.org", "M.", "+262639980002", fixed="+33199000010")
CHLOE = Person("Chloé", "Durand", "chloe.durand@martin.example.org", "Mme")
SOFIA = Person("Sofia", "Moreau", "sofia@cabinet-moreau.example.org", "Mme", fixed="+33199000020")
CLARA = Person("Clara", "Rivière", "clara@cabinet-riviere.example.org", "Mme")
YANIS = Person("Yanis", "Petit", "yanis@petit.example.org", "M.")

BERNARD = Person("Bernard", "Roussel", "bernard@roussel.example.org", "M.")
NADIA = Person("Nadia", "Hoarau", "nadia@lagon.example.org", "Mme", fixed="+33199000030")
ELISE = Person("Élise", "Lefort", "elise@lefort.example.org", "Mme", "+262639980003")


@dataclass(frozen=True)
class Persona:
    """Someone to sign in as. With no rights of their own they hold their organizations."""

    person: Person
    numbers: tuple[str, ...]
    story: str
    rights: tuple[str, ...] = ()
    opened: timedelta = timedelta()
    """How long ago their account was opened."""


PERSONAS = (
    Persona(LEA, ("VE-1001",), "holds one member (titulaire de Maçonnerie Martin)"),
    Persona(KARIM, ("VE-2001", "VE-2001-01", "VE-2002"), "holds two members and a site (deux adhérents et un site)"),
    Persona(
        CHLOE,
        ("VE-1001",),
        "colleague of Léa, with some rights (collaboratrice)",
        ("employees:read", "absences:read", "absences:act", "documents:read"),
    ),
    Persona(SOFIA, ("VE-9001",), "accountant, holds a firm (cabinet comptable)"),
    Persona(CLARA, ("VE-9002",), "accountant of Karim, who offers her a second company (cabinet et ses clients)"),
    Persona(YANIS, ("VE-4001",), "must have his address certified again (adresse à certifier)", opened=timedelta(400)),
)


@dataclass(frozen=True)
class Newcomer:
    """Someone who has no account yet: their letters are waiting."""

    person: Person
    number: str
    story: str


NEWCOMERS = (
    Newcomer(BERNARD, "VE-3001", "mason with two sites (un adhérent et deux sites)"),
    Newcomer(NADIA, "VE-3002", "roofer overseas: her code is valid for 60 days (outre-mer)"),
    Newcomer(ELISE, "VE-3003", "has a mobile number to certify (mobile à certifier)"),
)


def _held_by(person: Person) -> Holder:
    return Holder(person.given_names, person.family_name, person.civility)


_ROUSSEL = (_held_by(BERNARD), ("12 RUE DES TILLEULS", "00000 EXEMPLE"))
_HOARAU = (_held_by(NADIA), ("3 CHEMIN DES FILAOS", "ZA DE LA RAVINE", "00974 EXEMPLE OUTRE-MER"))
_LEFORT = (_held_by(ELISE), ("BÂTIMENT C", "8 PLACE DU MARCHÉ", "00000 EXEMPLE"))

# Letters leave to whom has an address and was never written to: those who have accounts have none here.
REGISTER = (
    Entry("VE-1001", "999 000 011 00018", "Maçonnerie Martin", holder=_held_by(LEA)),
    Entry("VE-2001", "999 000 029 00010", "Benali Couverture", holder=_held_by(KARIM)),
    Entry("VE-2001-01", "999 000 029 00028", "Benali Couverture, dépôt du Port", "site", "VE-2001", _held_by(KARIM)),
    Entry("VE-2002", "999 000 037 00013", "Benali Charpente", holder=_held_by(KARIM)),
    Entry("VE-3001", "999 000 052 00012", "Roussel Maçonnerie", "member", None, *_ROUSSEL),
    Entry("VE-3001-01", "999 000 052 00020", "Roussel Maçonnerie, Vieux-Moulin", "site", "VE-3001", *_ROUSSEL),
    Entry("VE-3001-02", "999 000 052 00038", "Roussel Maçonnerie, quai de la Gare", "site", "VE-3001", *_ROUSSEL),
    Entry("VE-3002", "999 000 060 00015", "Toitures du Lagon", "member", None, *_HOARAU, overseas=True),
    Entry("VE-3003", "999 000 078 00017", "Carrelages Lefort", "member", None, *_LEFORT),
    Entry("VE-4001", "999 000 086 00010", "Petit Plomberie", holder=_held_by(YANIS)),
    Entry("VE-9001", "999 000 045 00016", "Cabinet Moreau", "firm", holder=_held_by(SOFIA)),
    Entry("VE-9002", "999 000 094 00006", "Cabinet Rivière", "firm", holder=_held_by(CLARA)),
)

FIRMS = ("VE-9001", "VE-9002")
"""Both were proven, so that members may offer them delegations, which their holders accept."""
GIVEN = (("VE-2001", "VE-9002"), ("VE-1001", "VE-9002"))
"""Which members let which firm act, with applications of partners."""
OFFERED = ("VE-2002", "VE-9002")
"""Which member offers to, and waits for an answer."""
