"""Scores mmlint beside general secret scanners on carriers made for the occasion."""
