"""Torii, server and end user: ``path("torii/", include("sessions_api.dialects.torii.urls"))``."""
