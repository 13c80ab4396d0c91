"""How pages say where a delegation stands, and what is wrong with what was typed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from idp.delegations.clientele import requesting
from idp.delegations.granting.lists.kinds import Kind
from idp.delegations.granting.offering import Refusal
from idp.delegations.granting.states import State
from idp.delegations.granting.terms import Fault

STATES: Mapping[State, Any] = {
    State.DRAFT: _l("Brouillon : rien n’est encore envoyé"),
    State.OFFERED: _l("En attente de la réponse du cabinet"),
    State.ASKED: _l("Le cabinet attend votre réponse"),
    State.STANDING: _l("En cours"),
    State.SUSPENDED: _l("Suspendue"),
    State.LAPSED: _l("Restée sans réponse"),
    State.REFUSED: _l("Refusée"),
    State.WITHDRAWN: _l("Annulée"),
    State.OVER: _l("Terminée"),
    State.REVOKED: _l("Arrêtée"),
}

FIRM_STATES: Mapping[State, Any] = {
    **STATES,
    State.OFFERED: _l("Cette entreprise attend votre réponse"),
    State.ASKED: _l("En attente de la réponse de l’entreprise"),
}

KINDS: Mapping[Kind, Any] = {
    Kind.WAITING: _l("En attente, ou à finir d’écrire"),
    Kind.STANDING: _l("En cours"),
    Kind.ENDING: _l("Bientôt terminées"),
    Kind.SUSPENDED: _l("Suspendues"),
    Kind.OVER: _l("Terminées"),
}
"""How a list is narrowed."""

FIRM_KINDS: Mapping[Kind, Any] = {
    Kind.WAITING: _l("En attente de votre réponse"),
    Kind.STANDING: KINDS[Kind.STANDING],
    Kind.ENDING: KINDS[Kind.ENDING],
    Kind.SUSPENDED: KINDS[Kind.SUSPENDED],
}

FAULTS: Mapping[Fault | Refusal | requesting.Refusal, Any] = {
    requesting.Refusal.ENOUGH: _l("Votre cabinet a fait beaucoup de demandes aujourd’hui. Continuez demain."),
    Fault.NO_RIGHTS: _l("Choisissez au moins une rubrique à laquelle le cabinet a accès."),
    Fault.PAST: _l("Ce jour est déjà passé. Choisissez un jour à venir."),
    Fault.TOO_LONG: _l("C’est trop loin : choisissez un jour dans les trois ans. Vous pourrez renouveler."),
    Refusal.HERE: _l("Vous avez déjà une délégation avec ce cabinet, ou elle attend une réponse."),
    Refusal.SELF: _l("C’est le SIRET de votre propre entreprise. Saisissez celui du cabinet."),
    Refusal.NO_FIRM: _l("Saisissez le nom du cabinet, et l’adresse mail de votre comptable."),
    Refusal.ENOUGH: _l("Trop de mails sont partis vers cette adresse. Réessayez demain."),
    Refusal.CHANGED: _l("Cette délégation a été changée entre-temps. Relisez-la."),
    Refusal.FULL: _l("Trop de délégations attendent une réponse. Annulez-en d’abord quelques-unes."),
}

SHEET_FAULTS: Mapping[str, Any] = {
    "too_long": _l("Le fichier est trop gros : 1 Mo au plus."),
    "not_text": _l("Ce n’est pas un fichier CSV. Dans votre tableur : « Enregistrer sous », puis CSV."),
    "not_a_table": _l("Ce n’est pas un fichier CSV. Dans votre tableur : « Enregistrer sous », puis CSV."),
    "columns": _l("La première ligne doit nommer les colonnes demandées. Il manque :"),
    "too_many_lines": _l("Trop de lignes dans un fichier. Au plus :"),
    "siret": _l("Ce n’est pas un SIRET :"),
    "rights": _l("Ce ne sont pas des droits connus :"),
    "day": _l("Ce n’est pas un jour :"),
    "no_client": _l("Ce n’est pas un de vos clients :"),
    "nobody": _l("Ce n’est pas une personne du cabinet :"),
    "not_given": _l("L’entreprise n’a pas délégué cela :"),
    "no_rights": _l("Il faut au moins un droit."),
    "past": _l("Ce jour est déjà passé :"),
    "too_long_a_time": _l("Ce jour est trop loin :"),
    "enough": _l("Votre cabinet a fait trop de demandes aujourd’hui. Continuez demain."),
}
