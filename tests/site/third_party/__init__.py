"""SESSION_ENGINE names a module with a class SessionStore in it."""
