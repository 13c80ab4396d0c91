"""The names of events."""

import re

from idp.audit.events import Event


def test_an_event_is_named_after_its_slice_its_use_case_and_its_outcome():
    assert [name for name in Event if not re.fullmatch(r"[a-z]+:[a-z_]+:[a-z_]+", name)] == []


def test_a_name_fits_its_column_and_is_used_once():
    assert max(map(len, Event)) <= 80
    assert len(set(map(str, Event))) == len(Event.__members__)
