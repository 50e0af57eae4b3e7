"""Text drawn from a model, piece by piece, and where its phrases come from."""
