"""The session APIs of four vendors, spoken so that their own clients work unchanged.

Each dialect is mounted by one ``include()`` under a prefix of its own, and says what the predicate,
the life cycle and the policy of this site say. See docs/dialects.md.
"""
