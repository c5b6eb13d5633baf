"""A small command-line client of the API: sign in, upload, wait for the verdict."""
