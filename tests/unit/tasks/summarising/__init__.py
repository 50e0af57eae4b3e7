"""Tests of summaries and titles."""
