"""What those who run the house ask over HTTP."""

from flask import Blueprint

from idp.ops.views import health, security_txt

bp = Blueprint("ops", __name__)
bp.add_url_rule("/livez", "live", health.live)
bp.add_url_rule("/readyz", "ready", health.ready)
bp.add_url_rule("/.well-known/security.txt", "security_txt", security_txt.show)
