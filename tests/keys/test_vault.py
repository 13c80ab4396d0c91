"""The vault."""

import base64
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import Unreadable, WeakSecret
from keys.vault import Vault, add_master_key, create_master_key, read_master_keys
from tests.rows import row

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
VAULT = Vault({1: OLD})


@given(st.binary(max_size=600), st.text(max_size=40))
def test_what_is_sealed_opens_in_its_place_and_grows_by_49_bytes(plaintext, context):
    sealed = VAULT.seal(plaintext, context)
    assert VAULT.open(sealed, context) == plaintext
    assert len(sealed) == len(plaintext) + 49


@row("KEY-3")
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_sealed_value_opens_nowhere_else(here, there):
    sealed = VAULT.seal(b"private", here)
    if here != there:
        with pytest.raises(Unreadable):
            VAULT.open(sealed, there)


@row("KEY-3")
def test_two_sealed_values_swapped_between_rows_are_refused():
    first, second = (VAULT.seal(b"private", f"signing_key:private:{number}") for number in (1, 2))
    for sealed, place in ((second, 1), (first, 2)):
        with pytest.raises(Unreadable):
            VAULT.open(sealed, f"signing_key:private:{place}")


@row("KEY-3")
@given(st.integers(min_value=0, max_value=55 * 8 - 1))
def test_a_single_flipped_bit_is_noticed(bit):
    sealed = bytearray(VAULT.seal(b"secret", "here"))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unreadable):
        VAULT.open(bytes(sealed), "here")


@given(st.binary(max_size=120))
def test_bytes_that_were_never_sealed_are_unreadable(garbage):
    with pytest.raises(Unreadable):
        VAULT.open(garbage, "here")
    with pytest.raises(Unreadable):
        VAULT.open(b"\x01" + garbage, "here")


@row("KEY-3")
def test_the_same_value_never_seals_twice_to_the_same_bytes():
    assert len({VAULT.seal(b"same", "here") for _ in range(200)}) == 200


@row("KEY-3")
def test_the_newest_master_key_seals_and_the_old_one_still_opens():
    sealed = VAULT.seal(b"kept", "here")
    turned = Vault({1: OLD, 2: NEW})
    assert turned.open(sealed, "here") == b"kept"
    assert (turned.version_of(sealed), turned.version_of(turned.seal(b"new", "here"))) == (1, 2)
    assert turned.versions == (2, 1)
    with pytest.raises(Unreadable, match="master key 1"):
        Vault({2: NEW}).open(sealed, "here")


@row("KEY-3")
def test_a_value_cannot_be_passed_off_as_sealed_under_another_version():
    sealed = bytearray(VAULT.seal(b"kept", "here"))
    sealed[4] = 2
    with pytest.raises(Unreadable):
        Vault({1: OLD, 2: OLD}).open(bytes(sealed), "here")


@row("KEY-3")
def test_each_purpose_and_each_version_has_its_own_key_newest_first():
    derived = Vault({1: OLD, 2: NEW}).derive("session")
    assert derived == [*Vault({2: NEW}).derive("session"), *Vault({1: OLD}).derive("session")]
    assert derived != Vault({1: OLD, 2: NEW}).derive("csrf")
    assert [len(key) for key in derived] == [32, 32]


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {1: OLD, 2: b""}, {1: OLD * 2}])
def test_a_vault_takes_nothing_but_keys_of_32_bytes(keys):
    with pytest.raises(WeakSecret):
        Vault(keys)


def write(path, text, mode=0o600):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def line(version, key):
    return f"{version}:{base64.b64encode(key).decode()}\n"


def test_a_file_of_master_keys_may_have_comments_and_several_versions(tmp_path):
    path = write(tmp_path / "keys", f"# turned in May\n{line(1, OLD)}\n{line(2, NEW)}# end")
    assert read_master_keys(path) == {1: OLD, 2: NEW}


@row("KEY-3")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601])
def test_a_master_key_that_others_can_touch_is_refused(tmp_path, mode):
    with pytest.raises(WeakSecret, match="chmod 600"):
        read_master_keys(write(tmp_path / "keys", line(1, OLD), mode))


@row("KEY-3")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        line(1, b"\0" * 32),
        line(1, b"ab" * 16),
        line(1, b"change-me-change-me-change-me-ok"),
        line(1, OLD[:31]),
        line(1, OLD + b"\0"),
        line(0, OLD),
        line(-1, OLD),
        line(2**32, OLD),
        line("one", OLD),
        line(1, OLD) + line(1, NEW),
        line(1, OLD) + line(2, OLD),
        "1:not base64!\n",
        "no colon\n",
        "é",
        b"\xff\xfe",
    ],
)
def test_a_master_key_that_is_missing_malformed_or_not_random_is_refused(tmp_path, text):
    with pytest.raises(WeakSecret):
        read_master_keys(write(tmp_path / "keys", text))


@row("KEY-3")
def test_a_missing_file_of_master_keys_is_refused(tmp_path):
    with pytest.raises(WeakSecret):
        read_master_keys(tmp_path / "absent")


def test_a_created_master_key_is_for_its_owner_only_and_is_never_replaced(tmp_path):
    path = tmp_path / "master.key"
    create_master_key(path)
    keys = read_master_keys(path)
    assert list(keys) == [1]
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_master_key(path)
    assert read_master_keys(path) == keys
    assert os.listdir(tmp_path) == ["master.key"]  # noqa: PTH208 - hidden files too


def test_of_several_processes_that_create_the_master_key_one_wins(tmp_path):
    outcomes = []

    def create():
        try:
            create_master_key(tmp_path / "master.key")
            outcomes.append("won")
        except FileExistsError:
            outcomes.append("lost")

    threads = [threading.Thread(target=create) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 15 + ["won"]


def test_a_version_is_added_beside_the_former_ones_for_its_owner_only(tmp_path):
    path = tmp_path / "master.key"
    assert add_master_key(path) == 1
    first = read_master_keys(path)
    assert add_master_key(path) == 2
    both = read_master_keys(path)
    assert (set(both), both[1]) == ({1, 2}, first[1])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["master.key"]


def test_no_version_is_added_to_a_file_that_cannot_be_read(tmp_path):
    path = write(tmp_path / "master.key", "nonsense")
    with pytest.raises(WeakSecret):
        add_master_key(path)
    assert path.read_text() == "nonsense"
