"""OAuth 2 and OpenID Connect; Authlib stays inside. Who the person is and what they allow is left to others."""
