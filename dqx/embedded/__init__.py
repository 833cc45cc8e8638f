"""The PostgreSQL, the broker and the supervisor behind the one command; idle where real servers are named."""
