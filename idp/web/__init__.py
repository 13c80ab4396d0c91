"""What every screen shares: the face a page wears, its language, its headers, its errors, its log. It leaves all business to the slices."""
