"""The lists of delegations, as each side reads them: searched, and narrowed to those that stand in one way."""
