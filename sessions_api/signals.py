"""What other code can hear of sessions.

Each is sent once its change is committed, by the process that made it, and robustly: a receiver
that raises is logged by Django and stops nobody else. A process that dies in between sends nothing.
The sender is ``Session``, and ``session`` a row as it was written; receivers take ``**kwargs``.
"""

from django.dispatch import Signal

session_started = Signal()
"""Somebody has signed in: ``session``. Sent before the response; not sent for adopted sessions."""

session_ended = Signal()
"""A session is over: ``session``, ``reason`` (an ``EndReason``) and ``by`` (a user or None).

Sent once for each session, when its end is written: a session that expires is written as ended
when it is next presented, or by ``reconcile_sessions``. Deleting a row sends Django's
``post_delete`` alone, and purging nothing.
"""

session_client_changed = Signal()
"""A session is used from another address or by another user agent than before: ``session`` and
``previous`` (a ``Client``: ``ip_address``, ``user_agent``). ``session.last_client`` is the new one.

Sent with a touch, so at most once per TOUCH_INTERVAL and process. What is not recorded, or not
known on either side, does not count as a change.
"""
