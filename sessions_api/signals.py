"""Signals that other code can receive.

Each is sent once its change is committed, by the process that has made it. A receiver that raises is
logged by Django and does not stop the others. A process that dies in between sends nothing. The
sender is ``Session``. ``session`` is the row as it was written. Receivers take ``**kwargs``.
"""

from django.dispatch import Signal

session_started = Signal()
"""Somebody has signed in: ``session``. Sent before the response. Not sent for adopted sessions."""

session_ended = Signal()
"""A session has ended: ``session``, ``reason`` (an ``EndReason``) and ``by`` (a user or None).

Sent once for each session, when its end is written. The end of a session that expires is written
when it is next presented, or by ``reconcile_sessions``. Deleting a row only sends Django's
``post_delete``. Purging sends nothing.
"""

session_client_changed = Signal()
"""A session is used from another IP address or by another user agent than before.

``session`` and ``previous``, a ``Client`` with ``ip_address`` and ``user_agent``; the new one is
``session.last_client``. Sent when the last use is written, so at most once per TOUCH_INTERVAL and
process. What is unknown or not recorded, before or now, is no change.
"""

new_device = Signal()
"""Somebody has signed in from a device that this user has not signed in from before: ``session``.

Sent at most once for each sign-in, after ``session_started``. Not sent at an account's first sign-in
ever, for adopted sessions, for somebody who takes another user's place, and for sign-ins whose client
nobody knows, such as those of scripts. By what a device is known: see KNOWN_DEVICES. A receiver that
is connected has devices noted from then on.
"""
