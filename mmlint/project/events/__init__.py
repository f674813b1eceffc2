"""Sends, what they carry, whom they name, and how the SDK is set up."""
