"""Flashback: ``path("flashback/", include("sessions_api.dialects.flashback.urls"))``."""
