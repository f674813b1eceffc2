"""Edits that several rules share."""
