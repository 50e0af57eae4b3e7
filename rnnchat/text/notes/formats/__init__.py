"""What is markup in a note, by the format that it belongs to, and not prose to learn from."""
