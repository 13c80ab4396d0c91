"""Letters that came back."""

import pytest
from flask import Flask

from idp.db import unit_of_work
from idp.registry import enrolment
from idp.registry.letters import returns
from idp.registry.letters.models import CODE
from idp.registry.letters.returns import Counts, UnknownReferences
from idp.registry.models import EnrolmentCode, Fund
from tests.idp.registry.letters.conftest import a_fund_with, opens, read_all
from tests.idp.registry.letters.test_batch import made, member
from tests.rows import row


def kill(*lines: str) -> returns.Counts:
    with unit_of_work():
        return returns.kill(lines)


@row("OPN-3", "OPN-4")
def test_the_code_of_a_letter_that_came_back_opens_nothing_and_the_others_do(house: Flask, press):
    made(a_fund_with(3), press())
    letters = read_all(press().folder, CODE)
    assert kill(f" {letters[1].reference}\n", "\n") == Counts(1, 0)
    assert [bool(opens(letter)) for letter in letters] == [True, False, True]
    assert kill(letters[1].reference) == Counts(0, 1)


def test_a_letter_sent_again_to_the_right_address_keeps_its_code(house: Flask, press, tmp_path):
    fund = a_fund_with(1)
    made(fund, press())
    with unit_of_work():
        assert enrolment.reissue(member(fund, "N000")) is None
    made(fund, press(folder=tmp_path / "second"), name="vague-2")
    (first,), (second,) = read_all(press().folder, CODE), read_all(tmp_path / "second", CODE)
    kill(first.reference)
    assert (opens(first), opens(second)) == (None, member(fund, "N000"))


def test_a_used_code_stays_used(house: Flask, press):
    fund = a_fund_with(1)
    made(fund, press())
    code = EnrolmentCode.of(member(fund, "N000").id)[0]
    with unit_of_work():
        assert enrolment.consume(code.id)
    assert kill(f"{Fund.by_id(fund.id).code}/vague-1/1") == Counts(0, 1)
    assert EnrolmentCode.of(member(fund, "N000").id)[0].returned_at is None


@pytest.mark.parametrize(
    "line", ["vague-1/1", "{fund}/vague-1/3", "{fund}/vague-9/1", "nord/vague-1/1", "{fund}/vague-1/1/1"]
)
def test_one_unknown_reference_and_nothing_is_done(house: Flask, press, line: str):
    fund = a_fund_with(2)
    made(fund, press())
    code = Fund.by_id(fund.id).code
    with pytest.raises(UnknownReferences) as refused:
        kill(f"{code}/vague-1/1", line.format(fund=code))
    assert refused.value.reasons == [f"line 2: {line.format(fund=code)!r} is the reference of no letter"]
    assert all(opens(letter) for letter in read_all(press().folder, CODE))
