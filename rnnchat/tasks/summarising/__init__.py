"""Summaries of notes: their key sentences, and titles for them."""
