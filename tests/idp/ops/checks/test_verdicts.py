"""What every check has in common."""

from idp.ops import doctor
from idp.ops.checks.verdicts import advice, fine, wrong


def test_each_check_has_a_name_of_its_own_and_says_why():
    assert len({check.name for check in doctor.CHECKS}) == len(doctor.CHECKS)
    assert all(check.why for check in doctor.CHECKS)


def test_what_is_not_fine_says_what_to_do():
    assert not fine("seen").do
    assert advice("seen", "do this").do == wrong("seen", "do this").do == "do this"
