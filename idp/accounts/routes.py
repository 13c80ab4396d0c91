"""The pages of an account's life, in the order a person meets them."""

from flask import Blueprint

from idp.accounts.views import email_certification, email_certification_step, lost_letters

bp = Blueprint("accounts", __name__)
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
