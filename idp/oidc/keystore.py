"""The store of signing keys in SQL: each private key sealed under the master key, and bound to its row."""

from datetime import datetime

from idp.db import new_id
from idp.extensions import vault
from idp.oidc.models.signing_key import SigningKeyRow
from keys import signing
from keys.signing import SigningKey


class SqlKeyStore:
    """`keys.store.KeyStore` in the current unit of work: what is written is there for others once that is committed.

    `load` raises `Unreadable` when a key was altered, moved to another row, or sealed under a master key that is gone.
    """

    def load(self) -> list[SigningKey]:
        """Every key, in no order."""
        return [_opened(row) for row in SigningKeyRow.all()]

    def add(self, key: SigningKey) -> None:
        """Keep a new key."""
        row_id = new_id()
        SigningKeyRow.add(
            id=row_id,
            kid=key.kid,
            alg=key.alg,
            private_sealed=vault.seal(key.to_pem(), _context(row_id)),
            published_at=key.published_at,
            signs_from=key.signs_from,
            retires_at=key.retires_at,
            verifies_until=key.verifies_until,
        )

    def retire(self, kid: str, retires_at: datetime, verifies_until: datetime) -> None:
        """Write down when a key stopped signing, and until when it verifies."""
        SigningKeyRow.retire(kid, retires_at, verifies_until)

    def remove(self, kid: str) -> None:
        """Forget a key for good; one that is not there is no error."""
        SigningKeyRow.remove(kid)


def _opened(row: SigningKeyRow) -> SigningKey:
    return signing.from_pem(
        row.kid,
        row.alg,
        vault.open(row.private_sealed, _context(row.id)),
        published_at=row.published_at,
        signs_from=row.signs_from,
        retires_at=row.retires_at,
        verifies_until=row.verifies_until,
    )


def _context(row_id: object) -> str:
    return f"signing_key:private:{row_id}"
