"""What the doors of the API share, on top of Django REST framework."""
