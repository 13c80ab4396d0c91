"""Mail, SMS and back-channel messages, written with the change that needs them; what they say is left to the slices."""
