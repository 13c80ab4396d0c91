"""The pages of one's companies: which they are, who acts there, and how people come and go."""

from flask import Blueprint

from idp.selfcare.views import attaching, colleague, inviting, joining, leaving, organizations, people

COMPANY = "/organizations/<uuid:organization_id>"

bp = Blueprint("selfcare", __name__)
bp.add_url_rule("/organizations", "organizations", organizations.show)
bp.add_url_rule("/organizations/attach", "attach", attaching.show)
bp.add_url_rule("/organizations/attach", "attach_submit", attaching.submit, methods=["POST"])
bp.add_url_rule("/organizations/attach/<uuid:proven_id>", "attach_confirm", attaching.confirm)
bp.add_url_rule(
    "/organizations/attach/<uuid:proven_id>", "attach_confirm_submit", attaching.confirm_submit, methods=["POST"]
)
bp.add_url_rule(f"{COMPANY}/people", "people", people.show)
bp.add_url_rule(f"{COMPANY}/leave", "leave", leaving.show)
bp.add_url_rule(f"{COMPANY}/leave", "leave_submit", leaving.submit, methods=["POST"])
for place, name, shown, sent in (
    ("people/invite", "invite", inviting.show, inviting.submit),
    ("people/invitations/<uuid:invitation_id>", "invited", inviting.withdraw, inviting.withdraw_submit),
    ("people/<uuid:membership_id>", "colleague", colleague.show, colleague.submit),
    ("people/<uuid:membership_id>/end", "end_access", colleague.end, colleague.end_submit),
):
    bp.add_url_rule(f"{COMPANY}/{place}", name, shown)
    bp.add_url_rule(f"{COMPANY}/{place}", f"{name}_submit", sent, methods=["POST"])
bp.add_url_rule("/invitation/<secret>", "invitation_link", joining.link)
bp.add_url_rule("/invitation", "invitation", joining.show)
bp.add_url_rule("/invitation", "invitation_submit", joining.submit, methods=["POST"])
bp.add_url_rule("/invitation/account", "invitation_account", joining.account)
bp.add_url_rule("/invitation/account", "invitation_account_submit", joining.account_submit, methods=["POST"])
