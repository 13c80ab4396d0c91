"""The sign-in screens, in the order a person meets them."""

from flask import Blueprint

from idp.login.views import account_choice, password

bp = Blueprint("login", __name__, url_prefix="/journey/<uuid:journey_id>")
bp.add_url_rule("/account", "account_choice", account_choice.show)
bp.add_url_rule("/account", "account_choice_submit", account_choice.submit, methods=["POST"])
bp.add_url_rule("/password", "password", password.show)
bp.add_url_rule("/password", "password_submit", password.submit, methods=["POST"])
