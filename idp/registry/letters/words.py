"""The words of the letters, as a member reads them; how they stand on the page is `drawing`'s."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from urllib.parse import urlsplit

from flask_babel import gettext

from idp.registry import funds
from idp.registry.letters.models import CODE, MANDATE, Claim
from idp.registry.models import Fund
from idp.settings import settings
from idp.web.filters import last_day as day

MOST_LINES = 6
_BRAND = "#17496e"


def _(source: str, **values: str) -> str:
    return str(gettext(source, **values))


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the fund, and where its members find us. `logo` is a PNG; a fund without one has its name drawn."""

    name: str
    colour: str
    logo: bytes | None
    contact: tuple[str, ...]
    email: str
    site: str
    """Our one address, without the scheme that browsers put in front by themselves."""

    @classmethod
    def of(cls, fund: Fund) -> "Letterhead":
        """The letterhead of a fund."""
        picture = funds.logo(fund)
        website = fund.website and urlsplit(fund.website).netloc
        return cls(
            name=fund.name,
            colour=fund.colours.get("brand") or _BRAND,
            logo=picture[1] if picture and picture[0] == "image/png" else None,
            contact=tuple(line for line in (fund.contact_phone, fund.contact_email, website) if line),
            email=fund.contact_email,
            site=settings.issuer.removeprefix("https://"),
        )


@dataclass(frozen=True)
class Told:
    """What a notice says, as plain text, in the words of whoever entered what it tells of."""

    subject: str
    opening: str
    title: str
    lines: Sequence[str]
    remedy: str


def addressed(one: Claim) -> tuple[str, ...]:
    """The lines of the window, six at most (NF Z 10-011): the register's, under the names they do not have yet."""
    lines = [line for line in one.address if line.strip()][:MOST_LINES]
    told = {line.casefold() for line in lines}
    person = " ".join(part for part in (one.civility, one.given_names, one.family_name) if part)
    above = [one.name] if one.name.casefold() not in told else []
    if person and not any(one.family_name and one.family_name.casefold() in line for line in told):
        above.append(_("À l’attention de %(person)s", person=person))
    room = MOST_LINES - len(lines)
    return (*above[:room], *lines)


def subject(kind: str) -> str:
    """What the letter is about."""
    if kind == CODE:
        return _("Votre code confidentiel provisoire")
    if kind == MANDATE:
        return _("Votre délégation à un cabinet comptable")
    return _("Bienvenue : votre identifiant pour ouvrir votre espace sécurisé")


def opening(kind: str) -> str:
    """What the reader holds, and what else is needed."""
    if kind == CODE:
        return _(
            "Voici le code confidentiel provisoire qui vous permet, une seule fois, d’ouvrir votre espace sécurisé sur"
            " internet. Il s’utilise avec votre identifiant CIBTP, qui se trouve dans un autre courrier :"
            " votre courrier de bienvenue."
        )
    return _(
        "Votre caisse vous ouvre un espace sécurisé sur internet. Pour y entrer la première fois, il vous faut deux"
        " courriers : celui-ci, qui contient votre identifiant, et un second, qui contient votre code confidentiel"
        " provisoire. Ils arrivent séparément : gardez le premier jusqu’à l’arrivée de l’autre."
    )


def boxed(kind: str) -> str:
    """What stands above the identifier or the code."""
    return _("Votre code confidentiel provisoire") if kind == CODE else _("Votre identifiant CIBTP")


def valid_until(last_day: date) -> str:
    """Until when the code works."""
    return _("valable jusqu’au %(day)s inclus", day=day(last_day))


def reading() -> str:
    """How to tell the code's signs apart."""
    return _(
        "Un rond est toujours le chiffre zéro, une barre toujours le chiffre un. Majuscules ou minuscules,"
        " avec ou sans espace : comme vous voulez."
    )


def steps(letterhead: Letterhead) -> tuple[str, ...]:
    """How the account is opened, in the order of the pages (guide, first connection)."""
    names = {"site": escape(letterhead.site)}
    return (
        _(
            "Sur un ordinateur ou un téléphone, tapez dans la barre d’adresse <b>%(site)s</b>"
            " puis cliquez sur <b>Je crée mon espace sécurisé</b>.",
            **names,
        ),
        _(
            "<b>Étape 1 sur 2.</b> Saisissez votre identifiant CIBTP, votre numéro de SIRET et votre code confidentiel"
            " provisoire, puis cliquez sur <b>Valider</b>."
        ),
        _(
            "<b>Étape 2 sur 2.</b> Saisissez deux fois votre adresse mail : elle vous servira à vous connecter."
            " Choisissez un mot de passe et saisissez-le deux fois. Cliquez sur <b>Valider</b>."
        ),
        _("Ouvrez le mail que nous vous envoyons aussitôt et cliquez sur son lien : votre espace est ouvert."),
    )


def steps_title() -> str:
    """What stands above the steps."""
    return _("Quand vous avez les deux courriers")


def caution(kind: str, letterhead: Letterhead) -> tuple[str, str]:
    """A title and what to beware of."""
    names = {"site": escape(letterhead.site)}
    never = _(
        "Aucun message de notre part ne vous demandera votre mot de passe, ni par mail, ni par SMS, ni par téléphone."
        " Vérifiez que la page où vous le saisissez est bien à l’adresse <b>%(site)s</b>.",
        **names,
    )
    if kind == CODE:
        return _("Pour votre sécurité"), _("Ne donnez ce code à personne, pas même à nous.") + " " + never
    return _("Pour votre sécurité"), never


def assistance(kind: str, letterhead: Letterhead) -> str:
    """Whom to ask."""
    ways = _(" ou ").join(escape(way) for way in letterhead.contact[:2])
    if kind == CODE:
        return _(
            "Votre courrier de bienvenue n’est pas arrivé ? Sur la page de l’étape 1, choisissez"
            " <b>Je n’ai pas reçu mes courriers</b>. Une question : %(ways)s.",
            ways=ways,
        )
    if kind == MANDATE:
        return _("Quelque chose vous surprend, ou une question ? Votre caisse vous répond : %(ways)s.", ways=ways)
    return _("Une question ? Votre caisse vous répond : %(ways)s.", ways=ways)


def closing() -> str:
    """The last words."""
    return _("Nous vous prions d’agréer, Madame, Monsieur, nos salutations distinguées.")


def privacy(letterhead: Letterhead) -> tuple[tuple[str, str], ...]:
    """What the law has us tell those whose names come from a register: titles and texts (RGPD 14)."""
    return (*_processing(escape(letterhead.name)), *_rights(escape(letterhead.email), escape(letterhead.site)))


def _processing(fund: str) -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Qui les utilise, et d’où elles viennent"),
            _("%(fund)s, responsable du traitement. Elles viennent de notre registre des adhérents.", fund=fund),
        ),
        (
            _("Lesquelles"),
            _(
                "Vos civilité, nom et prénom, le nom et l’adresse de votre entreprise, son numéro de SIRET et son"
                " identifiant CIBTP. Plus tard, ce que vous saisirez vous-même : adresse mail et numéros de téléphone."
            ),
        ),
        (
            _("Pourquoi, et à quel titre"),
            _(
                "Vous reconnaître, vous donner accès à votre espace sécurisé et le protéger. C’est nécessaire à notre"
                " mission de service des congés payés et à notre obligation de sécurité."
            ),
        ),
        (
            _("Qui peut les voir"),
            _(
                "Les agents habilités de votre caisse et l’imprimeur de ce courrier. Un partenaire ou un cabinet"
                " comptable, seulement si vous l’autorisez."
            ),
        ),
        (
            _("Combien de temps"),
            _("Tant que votre entreprise est adhérente, puis le temps que la loi impose."),
        ),
    )


def _rights(email: str, site: str) -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Vos droits"),
            _(
                "Vous pouvez demander à voir vos données, à les corriger, à les effacer ou à en limiter l’usage, et"
                " vous y opposer : écrivez à %(email)s. Si notre réponse ne vous convient pas, vous pouvez saisir la"
                " CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, www.cnil.fr.",
                email=email,
            ),
        ),
        (
            _("Pour en savoir plus"),
            _(
                "La page complète, avec les coordonnées du délégué à la protection des données, est à l’adresse"
                " %(site)s/donnees-personnelles.",
                site=site,
            ),
        ),
    )


def privacy_title() -> str:
    """What stands above it."""
    return _("Vos données personnelles")


def reference(text: str) -> str:
    """What a letter that comes back is known by."""
    return _("Référence : %(text)s", text=text)


def dated(on: date) -> str:
    """The date of the letter."""
    return _("Le %(day)s", day=day(on))


def greeting() -> str:
    """How the letter begins."""
    return _("Madame, Monsieur,")
