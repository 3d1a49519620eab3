"""The session APIs of four vendors, so that the vendors' own clients work unchanged.

Each dialect is mounted by one ``include()`` under a prefix of its own. Behind it are the same
predicate, life cycle and policy as behind the native API. See docs/dialects.md.
"""
