"""Everyone's mailbox and telephone, to show and to test: a real mail server and SMS gateway, and a page to read."""
