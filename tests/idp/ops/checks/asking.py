"""One check of the doctor, asked of an application as if it were in production."""

from typing import Any

from flask import Flask

from idp.ops import doctor
from idp.ops.checks.verdicts import Verdict

FINE, ADVICE, WRONG = Verdict


def ask(app: Flask, name: str, **changes: Any) -> tuple[Verdict, str]:
    """The worst verdict and all that was seen, with some settings changed."""
    chosen = app.extensions["settings"].model_copy(update={"issuer": "https://id.example.fr", **changes})
    named = [check._replace(in_development=True) for check in doctor.CHECKS if check.name == name]
    with app.app_context():
        found = list(doctor.examine(chosen, named))
    assert found, f"no check is named {name}"
    assert all(one.seen.do for one in found if one.seen.verdict != FINE), "what to do is always said"
    worst = max((one.seen.verdict for one in found), key=list(Verdict).index)
    return worst, "\n".join(f"{one.seen.what}: {one.seen.do}" for one in found)
