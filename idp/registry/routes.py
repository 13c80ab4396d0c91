"""The pages at the foot, each under its French name, and the funds' logos."""

from flask import Blueprint

from idp.registry.views import funds

PATHS = {
    "legal": "/mentions-legales",
    "personal-data": "/donnees-personnelles",
    "terms": "/conditions",
    "accessibility": "/accessibilite",
    "contact": "/contact",
}

bp = Blueprint("registry", __name__)
for page, path in PATHS.items():
    bp.add_url_rule(path, "page", funds.page, defaults={"page": page})
bp.add_url_rule("/funds/<code>/logo", "logo", funds.logo)
