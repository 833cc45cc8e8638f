"""What the page on which a script is written asks for beside the script."""
