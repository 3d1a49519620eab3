"""The pages a user sees."""
