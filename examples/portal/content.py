"""What the portal shows: the guide's menu and tiles, with invented documents and figures."""

from typing import Any, NamedTuple


class Section(NamedTuple):
    """An entry of the menu; it opens with any of these rights, or to everyone when there are none."""

    slug: str
    label: str
    icon: str
    lead: str
    rights: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()

    def is_open_to(self, rights: list[str]) -> bool:
        """Whether a person with these rights may read it."""
        return not self.rights or any(f"{right}:{deed}" in rights for right in self.rights for deed in ("read", "act"))


SECTIONS = (
    Section(
        "informations",
        "Informations légales et déclaratives",
        "building",
        "Ce que votre caisse sait de votre entreprise, et vos déclarations.",
        ("legal",),
        (
            ("Déclaration d’octobre", "Reçue le 12 novembre", "12 salariés"),
            ("Déclaration de septembre", "Reçue le 10 octobre", "12 salariés"),
            ("Convention collective", "Bâtiment, moins de 10 salariés", "IDCC 1596"),
        ),
    ),
    Section(
        "salaries",
        "Salariés et absences",
        "people",
        "Embauches, sorties de personnel et planning des absences.",
        ("employees", "absences"),
        (
            ("Inès Fontaine", "Maçonne", "Congé du 22 décembre au 2 janvier"),
            ("Hugo Lambert", "Chef d’équipe", "Présent"),
            ("Nour El Amrani", "Apprentie", "Présente"),
        ),
    ),
    Section(
        "arrets",
        "Arrêts",
        "rain",
        "Saisir un arrêt de chantier et suivre son remboursement.",
        ("absences",),
        (
            ("Chantier rue des Tilleuls", "Gel, 2 jours", "Remboursement en cours"),
            ("Chantier du Vieux-Moulin", "Vent, 1 jour", "Remboursé le 4 novembre"),
        ),
    ),
    Section(
        "documents",
        "Documents",
        "file",
        "Relevés de compte et attestations mis à votre disposition.",
        ("documents",),
        (
            ("Attestation de mise à jour", "18 novembre", "PDF, 84 Ko"),
            ("Relevé de compte d’octobre", "5 novembre", "PDF, 120 Ko"),
            ("Appel de cotisations", "2 novembre", "PDF, 96 Ko"),
        ),
    ),
    Section(
        "contact",
        "Contact",
        "chat",
        "Écrire à la caisse, et les questions que l’on nous pose souvent.",
        ("contact",),
        (
            ("Votre demande n° 4127", "Répondue le 14 novembre", "Carte professionnelle"),
            ("Par téléphone", "Du lundi au vendredi, 9 h à 17 h", "01 99 00 12 34"),
        ),
    ),
    Section("compte", "Mon compte et délégations", "key", "Votre compte d’utilisateur et ce qu’il permet ici."),
)

TOOLS = (
    ("phone", "Contacter la caisse", "contact"),
    ("question", "Questions-réponses", "contact"),
    ("help", "Aide de la page", "home"),
    ("star", "Nouveautés", "home"),
    ("play", "Tutoriel", "home"),
)

MEANINGS = {
    "legal": "Informations légales",
    "employees": "Salariés",
    "absences": "Absences et arrêts",
    "documents": "Documents",
    "contact": "Contact",
}


def rights_of(person: dict[str, Any]) -> list[str]:
    """The rights in the organization acted for; none when no organization was chosen."""
    return list((person.get("organization") or {}).get("rights", []))


def in_words(rights: list[str]) -> list[tuple[str, str]]:
    """Each menu that the rights open, and what may be done there."""
    found = []
    for menu, label in MEANINGS.items():
        if f"{menu}:act" in rights:
            found.append((label, "consulter et agir"))
        elif f"{menu}:read" in rights:
            found.append((label, "consulter"))
    return found
