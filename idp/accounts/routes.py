"""The pages of an account's life, in the order a person meets them."""

from flask import Blueprint

from idp.accounts.views import (
    activation,
    contact,
    email_certification,
    email_certification_step,
    home,
    lost_letters,
    opening,
    password_reset,
    sent,
)
from idp.accounts.views import help as help_pages

bp = Blueprint("accounts", __name__)
bp.add_url_rule("/", "home", home.show)
bp.add_url_rule("/aide", "help", help_pages.index)
bp.add_url_rule("/aide/<topic>", "help_topic", help_pages.topic)
bp.add_url_rule("/opening", "opening", opening.show)
bp.add_url_rule("/opening", "opening_submit", opening.submit, methods=["POST"])
bp.add_url_rule("/opening/<uuid:draft_id>", "contact", contact.show)
bp.add_url_rule("/opening/<uuid:draft_id>", "contact_submit", contact.submit, methods=["POST"])
bp.add_url_rule("/opening/<uuid:draft_id>/sent", "sent", sent.show)
bp.add_url_rule("/opening/<uuid:draft_id>/sent", "sent_submit", sent.submit, methods=["POST"])
bp.add_url_rule("/activation/<secret>", "activation_link", activation.link)
bp.add_url_rule("/activation", "activation", activation.show)
bp.add_url_rule("/activation", "activation_submit", activation.submit, methods=["POST"])
bp.add_url_rule("/activated", "activated", activation.done)
bp.add_url_rule("/lost-letters", "lost_letters", lost_letters.show)
bp.add_url_rule("/lost-letters", "lost_letters_submit", lost_letters.submit, methods=["POST"])
bp.add_url_rule("/lost-letters/asked", "lost_letters_asked", lost_letters.asked)
bp.add_url_rule("/email-certification/<secret>", "email_certification_link", email_certification.link)
bp.add_url_rule("/email-certification", "email_certification", email_certification.show)
bp.add_url_rule("/email-certification", "email_certification_submit", email_certification.submit, methods=["POST"])
bp.add_url_rule("/journey/<uuid:journey_id>/email", "email_certification_step", email_certification_step.show)
bp.add_url_rule(
    "/journey/<uuid:journey_id>/email",
    "email_certification_step_submit",
    email_certification_step.submit,
    methods=["POST"],
)
bp.add_url_rule("/password-reset", "password_reset", password_reset.ask)
bp.add_url_rule("/password-reset", "password_reset_submit", password_reset.ask_submit, methods=["POST"])
bp.add_url_rule("/password-reset/<secret>", "password_reset_link", password_reset.link)
bp.add_url_rule("/password-reset/new", "new_password", password_reset.new_password)
bp.add_url_rule("/password-reset/new", "new_password_submit", password_reset.new_password_submit, methods=["POST"])
