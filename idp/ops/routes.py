"""What those who run the house ask over HTTP."""

from flask import Blueprint

from idp.ops.views import health

bp = Blueprint("ops", __name__)
bp.add_url_rule("/livez", "live", health.live)
bp.add_url_rule("/readyz", "ready", health.ready)
