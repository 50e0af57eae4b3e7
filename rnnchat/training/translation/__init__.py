"""Training of translators: from a table of pairs to a saved model."""
