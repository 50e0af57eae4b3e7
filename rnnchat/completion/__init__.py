"""Suggestions for a draft at its cursor."""
