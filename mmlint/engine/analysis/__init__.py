"""Rules over the linked project, and what becomes of their verdicts."""
