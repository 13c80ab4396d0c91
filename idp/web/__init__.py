"""What every screen shares: face, language, headers, errors, log. It leaves all business to the slices."""
