"""Sorting: notes get the folders and tags that a person already uses."""
