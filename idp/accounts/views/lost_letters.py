"""« Je n'ai pas reçu mes courriers »: two numbers, one button, and always the same answer."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from idp.accounts import lost_letters
from idp.accounts.views.identifying import number_field, siret_field
from idp.registry.views import funds
from idp.settings import settings


class LostLettersForm(FlaskForm):
    """The two numbers that a company finds on its own papers."""

    number = number_field()
    siret = siret_field()


def show() -> ResponseReturnValue:
    """The empty form, and what will happen."""
    return _page(LostLettersForm())


def submit() -> ResponseReturnValue:
    """On to the answer, which is the same for everyone; or the form again, for what is no SIRET."""
    form = LostLettersForm()
    if not form.validate_on_submit():
        return _page(form), 422
    if not lost_letters.ask(form.number.data or "", form.siret.data or ""):
        form.form_errors.append(_("Trop de demandes. Réessayez dans une heure, ou appelez votre caisse."))
        return _page(form), 422
    return redirect(url_for("accounts.lost_letters_asked"), 303)


def asked() -> ResponseReturnValue:
    """What happens now. The page knows nothing of what was typed."""
    funds.wear_the_only_one()
    return render_template("accounts/lost_letters/asked.html", days=settings.letters_asked_again_after.days)


def _page(form: LostLettersForm) -> str:
    funds.wear_the_only_one()
    days = settings.letters_asked_again_after.days
    return render_template("accounts/lost_letters/lost_letters.html", form=form, days=days)
