"""Small tools that work without Django and without a database."""
