"""What the lists of the API, the admin and the commands have in common: filters and keyset pages."""
