"""Files that a kill neither loses nor doubles."""

import json
import stat
from pathlib import Path

import pytest

from idp.registry.letters import files
from idp.registry.letters.files import FilesRefused


def test_a_file_has_no_name_until_it_is_settled(tmp_path: Path):
    sha256 = files.write_aside(tmp_path, "a.pdf", b"letters")
    assert not (tmp_path / "a.pdf").exists()
    files.settle(tmp_path, "a.pdf", sha256)
    assert (tmp_path / "a.pdf").read_bytes() == b"letters"
    assert stat.S_IMODE((tmp_path / "a.pdf").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_settled_twice_nothing_changes(tmp_path: Path):
    sha256 = files.write_aside(tmp_path, "a.pdf", b"letters")
    files.settle(tmp_path, "a.pdf", sha256)
    files.settle(tmp_path, "a.pdf", sha256)
    assert (tmp_path / "a.pdf").read_bytes() == b"letters"


def test_only_the_file_of_that_digest_gets_the_name(tmp_path: Path):
    """What a run left that was killed before its commit holds codes that open nothing."""
    files.write_aside(tmp_path, "a.pdf", b"of a run that died")
    sha256 = files.write_aside(tmp_path, "a.pdf", b"committed")
    files.settle(tmp_path, "a.pdf", sha256)
    assert (tmp_path / "a.pdf").read_bytes() == b"committed"


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FilesRefused, match=r"a\.pdf was made and is not in"):
        files.settle(tmp_path, "a.pdf", "0" * 64)
    (tmp_path / "a.pdf").write_bytes(b"another")
    with pytest.raises(FilesRefused):
        files.settle(tmp_path, "a.pdf", "0" * 64)


def test_what_was_left_aside_is_forgotten_and_nothing_of_another_batch(tmp_path: Path):
    files.write_aside(tmp_path, "nord_a_code-001.pdf", b"1")
    files.write_aside(tmp_path, "nord_a-code_code-001.pdf", b"2")
    files.write_aside(tmp_path, "nord_a_welcome-001.pdf", b"3")
    files.forget_unfinished(tmp_path, "nord_a_code-")
    left = sorted(path.name.split(".pdf")[0] for path in tmp_path.iterdir())
    assert left == [".nord_a-code_code-001", ".nord_a_welcome-001"]


def test_one_run_at_a_time_writes_to_a_folder_and_only_its_owner_reads_it(tmp_path: Path):
    folder = tmp_path / "new" / "letters"
    with files.taken(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(FilesRefused, match="another run"), files.taken(folder):
            pass
    with files.taken(folder):
        pass


def test_a_manifest_is_json_and_may_be_written_again(tmp_path: Path):
    for letters in (1, 2, 2):
        files.write_manifest(tmp_path, "m.json", {"letters": letters})
        assert json.loads((tmp_path / "m.json").read_text()) == {"letters": letters}
