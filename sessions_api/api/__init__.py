"""The native API: the caller's own sessions, and everybody's for staff."""
