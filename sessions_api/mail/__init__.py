"""The mail to a user who has signed in from a new device, and the link in it."""
