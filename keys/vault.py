"""The vault seals what is secret at rest, under versioned master keys that live outside the database."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import Unreadable, WeakSecret

KEY_BYTES = 32
_FORMAT = b"\x01"
_SALT, _NONCE, _TAG = 16, 12, 16
_HEADER = 5  # format, then the version on four bytes
_LEAST_VARIETY = 8  # distinct bytes; 32 random bytes have about thirty


class Vault:
    """Seals and opens values, and derives the keys of other purposes. The highest version seals, every version opens.

    A sealed value is `format | version | salt | nonce | ciphertext and tag`, 49 bytes longer than what it holds. Each
    has its own key, HKDF-SHA256 of the master key and the salt: the 2**32 values that one AES-GCM key may seal under
    random nonces (SP 800-38D, 8.3) are never reached. Safe to share between threads.
    """

    def __init__(self, master_keys: Mapping[int, bytes]) -> None:
        """Take the master keys by version. Raises `WeakSecret` when there is none, or one is not of 32 bytes."""
        if not master_keys or any(len(key) != KEY_BYTES for key in master_keys.values()):
            raise WeakSecret("master keys of exactly 32 bytes are needed")
        self._keys = {version: bytes(master_keys[version]) for version in sorted(master_keys, reverse=True)}

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions we hold, newest first."""
        return tuple(self._keys)

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt under the newest key. The context ("table:column:row") is where the value lives."""
        version = self.versions[0]
        header = _FORMAT + version.to_bytes(4, "big")
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        return header + salt + nonce + self._cipher(version, salt).encrypt(nonce, plaintext, _bound(header, context))

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt a value sealed for this context. Raises `Unreadable` for any other, and for one that was altered."""
        version = self.version_of(sealed)
        header, salt, rest = sealed[:_HEADER], sealed[_HEADER : _HEADER + _SALT], sealed[_HEADER + _SALT :]
        if version not in self._keys:
            raise Unreadable(f"sealed under master key {version}, which is not here")
        try:
            return self._cipher(version, salt).decrypt(rest[:_NONCE], rest[_NONCE:], _bound(header, context))
        except InvalidTag:
            raise Unreadable("altered, or sealed for another place") from None

    def version_of(self, sealed: bytes) -> int:
        """The master key a value was sealed under. Raises `Unreadable` when it is no sealed value."""
        if sealed[:1] != _FORMAT or len(sealed) < _HEADER + _SALT + _NONCE + _TAG:
            raise Unreadable("not a sealed value")
        return int.from_bytes(sealed[1:_HEADER], "big")

    def derive(self, purpose: str) -> list[bytes]:
        """One key of 32 bytes for this purpose from each master key, newest first."""
        return [_expand(key, b"", b"purpose:" + purpose.encode()) for key in self._keys.values()]

    def _cipher(self, version: int, salt: bytes) -> AESGCM:
        return AESGCM(_expand(self._keys[version], salt, b"seal"))


def _bound(header: bytes, context: str) -> bytes:
    return header + context.encode()


def _expand(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key)


def read_master_keys(path: Path) -> dict[int, bytes]:
    """Read a file of `version:base64` lines (blank lines and `#` comments aside) into 32-byte keys by version.

    Raises `WeakSecret` when the file is missing, readable by anyone but its owner, malformed, or holds a key that was
    never random: too short, repetitive, a passphrase, or the same as another version's.
    """
    try:
        with path.open("rb") as file:
            exposed = os.fstat(file.fileno()).st_mode & 0o077
            lines = file.read(65536).decode("ascii").splitlines()
    except (OSError, ValueError) as error:
        raise WeakSecret(f"{path}: no readable file of master keys") from error
    if exposed:
        raise WeakSecret(f"{path}: others than its owner may read it; chmod 600")
    keys: dict[int, bytes] = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in lines)):
        version, key = _parse(path, line)
        if version in keys or key in keys.values():
            raise WeakSecret(f"{path}: version {version} repeats another")
        keys[version] = key
    if not keys:
        raise WeakSecret(f"{path}: holds no key")
    return keys


def _parse(path: Path, line: str) -> tuple[int, bytes]:
    version, _, encoded = line.partition(":")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
        number = int(version)
    except ValueError:
        raise WeakSecret(f"{path}: each line is version:base64") from None
    if not 1 <= number < 2**32:
        raise WeakSecret(f"{path}: versions start at 1")
    printable = all(0x20 <= byte < 0x7F for byte in key)
    if len(key) != KEY_BYTES or len(set(key)) < _LEAST_VARIETY or printable:
        raise WeakSecret(f"{path}: version {number} is not 32 random bytes")
    return number, key


def create_master_key(path: Path) -> None:
    """Write a random key, version 1, for its owner's eyes only. Raises `FileExistsError`: no key is ever replaced."""
    line = b"1:" + base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # of several processes that start together one wins, and none reads half a key
    finally:
        draft.unlink()


def add_master_key(path: Path) -> int:
    """Write the next version beside those of a file, or its first; that version. Raises `WeakSecret`, as reading does.

    The new file takes the place of the former one at once, for its owner's eyes only.
    """
    if not path.exists():
        create_master_key(path)
        return 1
    version = max(read_master_keys(path)) + 1
    former = path.read_bytes()
    end = b"" if former.endswith(b"\n") else b"\n"
    line = f"{version}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(former + end + line.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return version
