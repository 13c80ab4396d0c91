"""Every endpoint of the protocol."""

from flask import Blueprint

from idp.extensions import csrf
from idp.oidc.authorization.views import authorize
from idp.oidc.logout.views import confirming, end_session
from idp.oidc.token.views import introspect, organizations, revoke, token, userinfo
from idp.oidc.views import discovery

bp = Blueprint("oidc", __name__)

bp.add_url_rule("/.well-known/openid-configuration", "discovery", discovery.show)
bp.add_url_rule("/.well-known/oauth-authorization-server", "metadata", discovery.show)
bp.add_url_rule("/jwks", "jwks", discovery.jwks)

bp.add_url_rule("/authorize", "authorize", authorize.authorize)
bp.add_url_rule("/authorize", "authorize_post", authorize.post, methods=["POST"])

bp.add_url_rule("/token", "token", token.issue, methods=["POST", "OPTIONS"])
bp.add_url_rule("/userinfo", "userinfo", userinfo.show, methods=["GET", "POST", "OPTIONS"])
bp.add_url_rule("/me/organizations", "organizations", organizations.show)
bp.add_url_rule("/revoke", "revoke", revoke.revoke, methods=["POST", "OPTIONS"])
bp.add_url_rule("/introspect", "introspect", introspect.introspect, methods=["POST"])

bp.add_url_rule("/end_session", "end_session", end_session.show)
bp.add_url_rule("/end_session", "end_session_post", end_session.post, methods=["POST"])
bp.add_url_rule("/end_session/confirm", "end_session_confirm", confirming.show)
bp.add_url_rule("/end_session/confirm", "end_session_confirmed", confirming.submit, methods=["POST"])

PROGRAMS = ("token", "userinfo", "organizations", "revoke", "introspect", "jwks", "discovery", "metadata")
MACHINE = frozenset(f"oidc.{name}" for name in PROGRAMS)
"""The endpoints that answer programs."""

# Programs hold no token of ours; the two protocol POSTs read no cookie, are stored, and asked again by GET.
for view in (token.issue, userinfo.show, revoke.revoke, introspect.introspect, authorize.post, end_session.post):
    csrf.exempt(view)
