"""What can go wrong with keys, as a tree.

KeysError
├── Unreadable      a sealed value was altered, moved, or sealed under a key that is gone
├── BadSignature    a value the client gave back is not one we signed for this purpose
│   └── Expired     … or we did, too long ago
├── BadToken        a JWT that must not be believed; the message is for the log
├── NoKey           no signing key: the program does not start
├── WeakSecret      a master key that is missing, exposed or not random: the program does not start
├── BadCertificate  a certificate to which nothing may be sealed
├── BadList         a list of stolen passwords that cannot be read
└── Busy            the password path is full: 503, the same for every account
"""


class KeysError(Exception):
    """The root of the tree. No message carries a secret or what was received."""


class Unreadable(KeysError):
    """A sealed value cannot be opened: altered, moved to another place, or its master key is not among ours."""


class BadSignature(KeysError):
    """A value that was not signed by us, or not for this purpose."""


class Expired(BadSignature):
    """A value signed by us that is older than allowed, or dated in the future."""


class BadToken(KeysError):
    """A token whose form, header, signature or claims are refused."""


class NoKey(KeysError):
    """No key can sign, or the keys were never readable."""


class WeakSecret(KeysError):
    """A master key that is missing, readable by others, malformed or not random."""


class Busy(KeysError):
    """Every place of the password path is taken."""


class BadCertificate(KeysError):
    """A certificate that cannot be read, has expired, or whose key cannot be sealed to; the message says which."""


class BadList(KeysError):
    """A list of stolen passwords, or the file made of one, that cannot be read; the message says why."""
