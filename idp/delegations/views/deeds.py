"""What a holder does about a delegation: each deed has its page, which says what it means, and one button."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from idp.accounts.colleagues.holding import Held
from idp.accounts.views import menus
from idp.alive import LiveSession
from idp.delegations.granting import answering, standing
from idp.delegations.granting.terms import Fault
from idp.delegations.models import Delegation
from idp.delegations.views import given, words
from idp.delegations.views.offering import day_field
from idp.sessions import current
from idp.sessions.views import arriving


class Deed(NamedTuple):
    """What is done, in words, and whether it gives something: the password is asked for again then."""

    does: Callable[[Held, Delegation], bool]
    title: Any
    means: Any
    button: Any
    gives: bool


DEEDS: Mapping[str, Deed] = {
    "accept": Deed(
        answering.accept_request,
        _l("Donner accès à ce cabinet ?"),
        _l("Il pourra agir pour votre entreprise dès maintenant. Vous pourrez arrêter à tout moment."),
        _l("Oui, donner accès"),
        gives=True,
    ),
    "refuse": Deed(
        answering.refuse_request,
        _l("Dire non ?"),
        _l("Le cabinet n’aura pas accès à votre entreprise. Il est prévenu."),
        _l("Oui, dire non"),
        gives=False,
    ),
    "suspend": Deed(
        lambda held, one: standing.suspend(one, held.organization, standing.MEMBER),
        _l("Suspendre cet accès ?"),
        _l("Le cabinet ne pourra plus rien faire pour votre entreprise, tout de suite. Vous pourrez reprendre."),
        _l("Oui, suspendre"),
        gives=False,
    ),
    "resume": Deed(
        standing.resume,
        _l("Reprendre cette délégation ?"),
        _l("Le cabinet pourra de nouveau agir pour votre entreprise, comme avant."),
        _l("Oui, reprendre"),
        gives=True,
    ),
    "revoke": Deed(
        lambda held, one: standing.revoke(one, held.organization, standing.MEMBER),
        _l("Arrêter cette délégation ?"),
        _l("Le cabinet ne pourra plus rien faire pour votre entreprise, tout de suite et pour de bon."),
        _l("Oui, arrêter"),
        gives=False,
    ),
    "confirm": Deed(
        standing.confirm,
        _l("Garder cette délégation ?"),
        _l("Elle a été donnée avant vous. Si vous dites oui, le cabinet continue comme avant."),
        _l("Oui, la garder"),
        gives=True,
    ),
}


class RenewalForm(FlaskForm):
    """Until when."""

    ends_on = day_field(_l("Nouveau dernier jour"))


def show(organization_id: UUID, delegation_id: UUID, deed: str) -> ResponseReturnValue:
    """What it means, before it is done."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held = given.where(session, organization_id)
    one = given.delegation_of(held, delegation_id)
    return _again(session, one, deed) or render_template(
        "delegations/given/deed.html",
        form=FlaskForm(),
        held=held,
        delegation=one,
        deed=DEEDS[deed],
        in_words=menus.in_words,
    )


def submit(organization_id: UUID, delegation_id: UUID, deed: str) -> ResponseReturnValue:
    """Do it, if it may still be done; back to what stands now."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held = given.where(session, organization_id)
    one = given.delegation_of(held, delegation_id)
    again = _again(session, one, deed)
    if again is not None:
        return again
    DEEDS[deed].does(held, one)
    current.touch()
    return _back(one)


def renew(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """A year more, or another day."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held = given.where(session, organization_id)
    one = given.delegation_of(held, delegation_id)
    proposed = {"ends_on": standing.next_day(one, held.organization)}
    return _again(session, one, "renew") or _renewal(RenewalForm(formdata=None, data=proposed), held, one)


def renew_submit(organization_id: UUID, delegation_id: UUID) -> ResponseReturnValue:
    """Move its last day; or the form again."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("delegations.one", organization_id=organization_id, delegation_id=delegation_id)
    held, form = given.where(session, organization_id), RenewalForm()
    one = given.delegation_of(held, delegation_id)
    again = _again(session, one, "renew")
    if again is not None:
        return again
    if not form.validate_on_submit() or form.ends_on.data is None:
        return _renewal(form, held, one), 422
    done = standing.renew(held, one, form.ends_on.data)
    if isinstance(done, Fault):
        form.ends_on.errors = [str(words.FAULTS[done])]
        return _renewal(form, held, one), 422
    current.touch()
    return _back(one)


def _again(session: LiveSession, one: Delegation, deed: str) -> ResponseReturnValue | None:
    """To give needs the password of a moment ago; to take away never waits for it."""
    ids: dict[str, object] = {"organization_id": one.organization_id, "delegation_id": one.id}
    if deed in DEEDS and not DEEDS[deed].gives:
        return None
    return arriving.prove_again(session, f"delegations.{deed}", **ids)


def _back(one: Delegation) -> ResponseReturnValue:
    return redirect(url_for("delegations.one", organization_id=one.organization_id, delegation_id=one.id), 303)


def _renewal(form: RenewalForm, held: Held, one: Delegation) -> str:
    return render_template("delegations/given/renew.html", form=form, held=held, delegation=one)
