"""The mixture of language models."""
