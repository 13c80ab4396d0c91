"""An account being opened, in two steps and a mail: all that happens before there is an account."""
