"""« Mes clients »: what a firm's holder is offered and given, and the one delegation of who has no proven firm."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from idp import clock
from idp.accounts.models import Account
from idp.accounts.views import menus
from idp.alive import LiveSession
from idp.delegations.granting import answering, models, standing
from idp.delegations.granting.lists import models as lists
from idp.delegations.granting.models import Client
from idp.delegations.granting.states import State, state
from idp.delegations.views import words
from idp.delegations.views.given import A_PAGE, FEW, wished
from idp.sessions import current
from idp.sessions.views import arriving


class Deed(NamedTuple):
    """What the firm does, in words."""

    does: Callable[[UUID, Client], bool]
    title: Any
    means: Any
    button: Any


DEEDS: Mapping[str, Deed] = {
    "accept": Deed(
        answering.accept_offer,
        _l("Accepter cette délégation ?"),
        _l("Votre cabinet pourra agir pour cette entreprise dès maintenant."),
        _l("Oui, accepter"),
    ),
    "refuse": Deed(
        lambda _, client: answering.refuse_offer(client),
        _l("Dire non ?"),
        _l("Votre cabinet n’aura pas accès à cette entreprise. Elle est prévenue."),
        _l("Oui, dire non"),
    ),
    "suspend": Deed(
        lambda _, client: standing.suspend(client.delegation, client.organization, standing.FIRM),
        _l("Suspendre cet accès ?"),
        _l("Votre cabinet ne pourra plus rien faire pour cette entreprise. Vous pourrez reprendre."),
        _l("Oui, suspendre"),
    ),
    "resume": Deed(
        lambda _, client: standing.resume_by_firm(client),
        _l("Reprendre cette délégation ?"),
        _l("Votre cabinet pourra de nouveau agir pour cette entreprise."),
        _l("Oui, reprendre"),
    ),
    "revoke": Deed(
        lambda _, client: standing.revoke(client.delegation, client.organization, standing.FIRM),
        _l("Arrêter cette délégation ?"),
        _l("Votre cabinet ne pourra plus rien faire pour cette entreprise, pour de bon. Elle est prévenue."),
        _l("Oui, arrêter"),
    ),
}


def show() -> ResponseReturnValue:
    """One page of them, what waits for an answer first (DLG-5)."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.clients")
    _dress(session)
    now, account_id = clock.now(), session.account_id
    wish, place = wished(words.FIRM_KINDS)
    total = lists.count_of_person(account_id, now, lists.ALL)
    found = lists.count_of_person(account_id, now, wish) if wish else total
    pages = max(1, -(-found // A_PAGE))
    place = min(place, pages)
    some = lists.some_of_person(account_id, now, wish, limit=A_PAGE, offset=(place - 1) * A_PAGE)
    return render_template(
        "delegations/clients/list.html",
        clients=[(one, state(one.delegation, now)) for one in some],
        words=words.FIRM_STATES,
        State=State,
        in_words=menus.in_words,
        kinds=words.FIRM_KINDS,
        wish=wish,
        found=found,
        place=place,
        pages=pages,
        offers_search=total > FEW,
        portal_url=arriving.portal_url(),
        form=FlaskForm(),
        firms=models.firms_of_person(account_id, now),
    )


def one(delegation_id: UUID) -> ResponseReturnValue:
    """One of them, and what may be done about it."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.client", delegation_id=delegation_id)
    _dress(session)
    client = answering.of_firm(session.account_id, delegation_id)
    return render_template(
        "delegations/clients/one.html",
        client=client,
        state=state(client.delegation, clock.now()),
        words=words.FIRM_STATES,
        State=State,
        in_words=menus.in_words,
        resumable=client.delegation.suspended_by == standing.FIRM,
    )


def deed(delegation_id: UUID, deed: str) -> ResponseReturnValue:
    """What it means, before it is done."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.client", delegation_id=delegation_id)
    _dress(session)
    client = answering.of_firm(session.account_id, delegation_id)
    return render_template(
        "delegations/clients/deed.html", form=FlaskForm(), client=client, deed=DEEDS[deed], in_words=menus.in_words
    )


def deed_submit(delegation_id: UUID, deed: str) -> ResponseReturnValue:
    """Do it, if it may still be done; back to the list."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.client", delegation_id=delegation_id)
    client = answering.of_firm(session.account_id, delegation_id)
    DEEDS[deed].does(session.account_id, client)
    current.touch()
    return redirect(url_for("delegations.clients"), 303)


def _dress(session: LiveSession) -> None:
    person = Account.reachable(account_id=session.account_id)
    arriving.dress(session, person.fund_id if person else None)
