"""Tests of fitting what summaries are chosen with."""
