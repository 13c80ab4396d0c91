"""The portal's pages."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from examples.portal import content, signing_in

REFUSALS = {
    "access_denied": (403, "Connexion annulée", "Vous n’avez pas terminé la connexion, ou l’accès vous a été refusé."),
    "login_required": (
        401,
        "Aucune session ouverte",
        "Vous n’êtes pas connecté : il faut saisir votre mot de passe pour entrer.",
    ),
    "account_selection_required": (401, "Choix nécessaire", "Il faut choisir pour quelle entreprise vous agissez."),
    "consent_required": (401, "Accord nécessaire", "Il faut votre accord pour continuer."),
    "interaction_required": (401, "Une étape est nécessaire", "Connectez-vous pour la terminer."),
    "session_ended": (401, "Votre session est terminée", "Elle a expiré, ou vous vous êtes déconnecté ailleurs."),
    "unknown_state": (
        400,
        "Cette connexion n’est plus valable",
        "Elle a été commencée dans un autre navigateur, ou elle est déjà terminée.",
    ),
    "temporarily_unavailable": (
        503,
        "Connexion momentanément indisponible",
        "Le service de connexion ne répond pas. Rien n’est perdu : réessayez dans un instant.",
    ),
}
OTHERWISE = (502, "La connexion n’a pas abouti", "La réponse du service de connexion n’a pas pu être acceptée.")


def home() -> ResponseReturnValue:
    """The guide's tiles to who is signed in, the way in to everyone else."""
    person = signing_in.person()
    if person is None:
        return render_template("welcome.html")
    return render_template("home.html", person=person)


def section(slug: str) -> ResponseReturnValue:
    """One entry of the menu."""
    person = signing_in.person()
    if person is None:
        return signing_in.leave_for_provider(request.path)
    shown = next(one for one in content.SECTIONS if one.slug == slug)
    if not shown.is_open_to(content.rights_of(person)):
        return render_template("closed.html", person=person, shown=shown), 403
    return render_template("section.html", person=person, shown=shown)


def account() -> ResponseReturnValue:
    """What the provider says of the person, at this very moment."""
    if signing_in.person() is None:
        return signing_in.leave_for_provider(request.path)
    person = signing_in.recall()
    granted = content.in_words(content.rights_of(person))
    return render_template("account.html", person=person, granted=granted, shown=content.SECTIONS[-1])


def login() -> ResponseReturnValue:
    """Where every sign-in starts, also one begun elsewhere (`initiate_login_uri`, OpenID Connect Core, section 4)."""
    target = signing_in.local(request.args.get("target_link_uri") or request.args.get("target") or "/")
    if request.args.get("iss", signing_in.config().issuer) != signing_in.config().issuer:
        raise signing_in.Refused("wrong_issuer")
    hint = request.args.get("login_hint")
    return signing_in.leave_for_provider(target, **({"login_hint": hint} if hint else {}))


def create() -> ResponseReturnValue:
    """« Je crée mon espace sécurisé »: the provider opens the account, and sends the person back signed in."""
    return signing_in.leave_for_provider("/", prompt="create")


def check() -> ResponseReturnValue:
    """Ask the provider whether the person is still signed in there, without showing them anything."""
    return signing_in.leave_for_provider("/", prompt="none", **_same_organization())


def organizations() -> ResponseReturnValue:
    """« Changer de tiers »: the organizations the person may act for, with a search and pages."""
    person = signing_in.person()
    if person is None:
        return signing_in.leave_for_provider(request.path)
    search, page = request.args.get("search", "")[:100], max(1, request.args.get("page", 1, type=int) or 1)
    found = signing_in.organizations(search, page)
    pages = max(1, -(-found["total"] // found["page_size"]))
    return render_template("organizations.html", person=person, found=found, search=search, pages=pages)


def change() -> ResponseReturnValue:
    """Act for another one: a new authorization that names it, without a page and without the password."""
    asked = {"organization": request.form.get("organization", ""), "prompt": "none"}
    return signing_in.leave_for_provider("/", **asked)


def _same_organization() -> dict[str, str]:
    """The one the person acts for: a check changes nothing."""
    person = signing_in.person() or {}
    acting_for = person.get("organization") or {}
    return {"organization": acting_for["id"]} if "id" in acting_for else {}


def callback() -> ResponseReturnValue:
    """Where the provider sends the browser back."""
    target, silent = signing_in.come_back()
    signing_in.recall()
    if silent:
        name = (signing_in.person() or {}).get("organization", {}).get("name")
        checked = "Votre session a été vérifiée, sans mot de passe."
        session["notice"] = f"{checked} Vous agissez pour {name}." if name else checked
    return redirect(target, 303)


def logout() -> ResponseReturnValue:
    """« Se déconnecter »: here, and at the provider."""
    return signing_in.end_session()


def signed_out() -> ResponseReturnValue:
    """Where the provider sends the browser after a sign-out."""
    if signing_in.person() is not None:
        return redirect(url_for("home"), 303)
    return render_template("signed_out.html", is_answer=signing_in.is_asked_for())


def refused(code: str, target: str = "/") -> ResponseReturnValue:
    """The page of a sign-in that brought nothing."""
    status, title, words = REFUSALS.get(code, OTHERWISE)
    page = render_template("refused.html", title=title, words=words, code=code, target=target)
    return page, status, {"Retry-After": "5"} if status == 503 else {}
