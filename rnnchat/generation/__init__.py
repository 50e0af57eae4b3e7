"""Text drawn from a model piece by piece, and which passages of it are copied from the notes."""
