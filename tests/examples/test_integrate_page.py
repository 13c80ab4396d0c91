"""What docs/integrate.md quotes and names is there."""

import re

import pytest

from examples.invented import FUND
from tests.examples.integrating import SAMPLES
from tests.examples.running import ROOT

PAGE = (ROOT / "docs" / "integrate.md").read_text()
SOURCES = {"python": "python/portal.py", "javascript": "node/portal.js"}
QUOTED = re.findall(r"^```(python|javascript)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("language", "excerpt"), QUOTED, ids=range(len(QUOTED)))
def test_what_is_quoted_stands_in_the_sample_to_the_letter(language: str, excerpt: str):
    assert excerpt in (SAMPLES / SOURCES[language]).read_text()


def test_both_samples_are_quoted():
    assert {language for language, _ in QUOTED} == set(SOURCES)


def test_every_file_it_points_to_exists():
    missing = [link for link in re.findall(r"\]\((?!http|#)([^)]+)\)", PAGE) if not (ROOT / "docs" / link).exists()]
    assert not missing


def test_the_sandbox_is_the_seeded_fund():
    assert f"--fund {FUND}" in PAGE


def test_every_scope_and_claim_that_is_supported_is_told(app):
    metadata = app.test_client().get("/.well-known/openid-configuration").json
    told = set(re.findall(r"`([a-z_]+)`", PAGE)) | set(re.findall(r"scope=… ([a-z_]+)`", PAGE))
    protocol = {
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "sid",
        "sub",
        "at_hash",
        "c_hash",
        "azp",
    }
    assert not set(metadata["scopes_supported"]) - told - {"openid"}
    assert not set(metadata["claims_supported"]) - told - protocol
