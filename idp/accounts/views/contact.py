"""Step 2 of 2: address, password and numbers (guide, « Étape 2/2 »)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from idp.accounts import logins
from idp.accounts.opening import contact, phone_certification
from idp.accounts.opening.contact import Contact, Subject
from idp.accounts.opening.draft import Draft
from idp.accounts.opening.phone_certification import Sending
from idp.accounts.phones import NotAPhone
from idp.accounts.views.choosing import again_field, judge, new_password_field
from idp.accounts.views.dialling import fixed_field, mobile_field, number_of
from idp.journey.browser import known_browser
from idp.registry.models import Organization

_SENDINGS: Mapping[Sending, Any] = {
    Sending.ENOUGH: _l(
        "Aucun autre SMS ne peut partir vers ce numéro pour l’instant. Attendez une minute, ou continuez sans le"
        " certifier : vous pourrez le faire plus tard."
    ),
}
_WRONG_CODE = _l("Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le, ou demandez-en un autre.")


def _address(form: Form, field: StringField) -> None:
    if logins.canonical(field.data or "") is None:
        raise ValidationError(
            str(_l("Cette adresse mail est incomplète ou mal écrite. Vérifiez-la : par exemple nom@exemple.fr."))
        )


def _same_address(form: Any, field: StringField) -> None:
    if logins.canonical(field.data or "") != logins.canonical(form.email.data or ""):
        raise ValidationError(str(_l("Les deux adresses mail ne sont pas les mêmes.")))


class ContactForm(FlaskForm):
    """What one signs in with, and how one is reached. The names are the register's: no field holds them (OPN-10)."""

    email = StringField(
        _l("Adresse mail"),
        [
            InputRequired(_l("Saisissez votre adresse mail.")),
            Length(max=320, message=_l("Adresse trop longue.")),
            _address,
        ],
    )
    email_again = StringField(
        _l("Confirmez l’adresse mail"),
        [InputRequired(_l("Saisissez votre adresse mail une seconde fois.")), _same_address],
    )
    password = new_password_field()
    password_again = again_field()
    fixed = fixed_field()
    mobile = mobile_field()
    code = StringField(_l("Code reçu par SMS"), [Length(max=20, message=_l("Un code a 6 chiffres."))])
    awaiting = StringField()
    terms = BooleanField(_l("J’ai lu et j’accepte les conditions d’utilisation."))
    terms_id = HiddenField()


def show(draft_id: UUID) -> ResponseReturnValue:
    """The form, with the names the register has, and what was typed before, but for the password."""
    draft = Draft.of(draft_id, known_browser())
    typed = {"email": draft.email, "email_again": draft.email, "mobile": draft.mobile, "fixed": draft.fixed}
    return _page(draft, ContactForm(formdata=None, data=typed), contact.subject_of(draft))


def submit(draft_id: UUID) -> ResponseReturnValue:
    """A code for the mobile, the check of that code, or on to the page that says that a mail has left."""
    draft, form = Draft.of(draft_id, known_browser()), ContactForm()
    subject = contact.subject_of(draft)
    choice = request.form.get("choice")
    if choice in ("certify", "verify"):
        form.validate_on_submit()
        _certify(draft, form, send=choice == "certify")
        return _page(draft, form, subject), 422 if form.errors else 200
    if not _is_good(form, subject):
        return _page(draft, form, subject), 422
    password_hash = contact.hashed(form.password.data or "")
    if (form.code.data or "").strip():  # typed, and its own button not clicked
        _certify(draft, form, send=False)
    if form.errors:
        return _page(draft, form, subject), 422
    contact.complete(draft, _typed(form, password_hash, subject), subject.organization)
    return redirect(url_for("accounts.sent", draft_id=draft.id), 303)


def _certify(draft: Draft, form: ContactForm, *, send: bool) -> None:
    """What the two buttons beside the mobile do; of the other fields nothing is said yet."""
    wrong = form.mobile.errors
    for field in form:
        field.errors = []
    number = None if wrong else number_of(form.mobile)
    if number is None:
        form.mobile.errors = wrong or [str(_l("Saisissez d’abord un numéro de mobile."))]
    elif draft.certified == number:
        form.awaiting.data = ""
    elif send or form.awaiting.data != number:
        form.awaiting.data, form.code.data = number, ""
        if (sending := phone_certification.send(draft, number)) in _SENDINGS:
            form.mobile.errors = [str(_SENDINGS[sending])]
    elif not phone_certification.certify(draft, number, form.code.data or ""):
        form.code.errors = [str(_WRONG_CODE)]


def _is_good(form: ContactForm, subject: Subject) -> bool:
    """Whether all of it may be kept; each field says what is wrong with it."""
    is_shaped = form.validate_on_submit()
    is_chosen = judge(form, _known_by(subject.organization, form.email.data or ""))
    if subject.terms and not form.terms.data:
        form.terms.errors = [str(_l("Lisez les conditions d’utilisation, puis cochez la case."))]
    elif subject.terms and form.terms_id.data != str(subject.terms.id):
        form.terms.errors = [
            str(_l("Les conditions d’utilisation viennent de changer : lisez-les, puis cochez la case."))
        ]
        form.terms.data = False
    return is_shaped and is_chosen and not form.terms.errors


def _typed(form: ContactForm, password_hash: str, subject: Subject) -> Contact:
    email = form.email.data or ""
    return Contact(
        typed=logins.shown(email),
        canonical=logins.canonical(email) or "",
        password_hash=password_hash,
        mobile=number_of(form.mobile),
        fixed=number_of(form.fixed),
        terms_id=subject.terms.id if subject.terms else None,
    )


def _known_by(organization: Organization, email: str) -> tuple[str, ...]:
    names = (organization.holder_given_names or "", organization.holder_family_name or "", organization.name)
    return (*names, organization.siren, email.partition("@")[0])


def _page(draft: Draft, form: ContactForm, subject: Subject) -> str:
    g.fund_id, g.locale = draft.fund_id, draft.locale
    form.terms_id.data = str(subject.terms.id) if subject.terms else ""
    mobile = None if form.mobile.errors else _valid(form)
    return render_template(
        "accounts/opening/contact.html",
        form=form,
        organization=subject.organization,
        terms=subject.terms,
        is_certified=mobile is not None and draft.certified == mobile,
        awaits_code=bool(form.awaiting.data),
    )


def _valid(form: ContactForm) -> str | None:
    """The mobile that the form holds, in E.164, if it is one."""
    try:
        return number_of(form.mobile)
    except NotAPhone:
        return None
