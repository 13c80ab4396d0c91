"""What is made once per application."""

import pytest

from app import create_app
from idp import extensions
from idp.db import new_id
from idp.errors import SettingsRefused
from keys.errors import BadSignature
from tests.rows import row
from tests.worlds import settings_for


def test_what_ended_is_told_to_everyone_concerned_in_order():
    told = []
    house = extensions.House(endings=(lambda *what: told.append(("a", *what)), lambda *what: told.append(("b", *what))))
    ended_id = new_id()
    house.ended("session", ended_id)
    assert told == [("a", "session", ended_id), ("b", "session", ended_id)]


def test_a_house_without_portals_has_no_way_back():
    assert extensions.House().way_back("portal") is None


@row("KEY-4")
def test_what_is_signed_for_one_purpose_is_refused_for_another(app):
    with app.app_context():
        text = extensions.signed("browser").sign("value")
        assert extensions.signed("browser").read(text, None) == "value"
        with pytest.raises(BadSignature):
            extensions.signed("portal").read(text, None)


@row("KEY-3")
def test_a_master_key_that_others_can_read_stops_the_program(app, tmp_path):
    (tmp_path / "master.key").chmod(0o644)
    with pytest.raises(SettingsRefused, match="IDP_MASTER_KEY_FILE"):
        create_app(
            settings_for("sqlite:///" + str(tmp_path / "idp.db"), "sqlite:///" + str(tmp_path / "s.db"), tmp_path)
        )


def test_the_keys_of_an_application_are_its_own(app, template, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "idp.db").write_bytes((template.folder / "idp.db").read_bytes())
    stranger = create_app(settings_for(f"sqlite:///{other}/idp.db", f"sqlite:///{other}/s.db", other))
    with app.app_context():
        text = extensions.signed("browser").sign("value")
    with stranger.app_context(), pytest.raises(BadSignature):
        extensions.signed("browser").read(text, None)
