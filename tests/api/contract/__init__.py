"""contract.md line by line, by a client that knows nothing but that page: a real gunicorn, a real worker, a real broker."""
