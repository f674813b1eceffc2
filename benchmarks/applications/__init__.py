"""Whole applications of comparable SDKs, moved to Millimetric to try mmlint on."""
