"""What is left when processes are killed at random moments of populate and publish."""
