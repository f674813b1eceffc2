"""What mmlint costs, measured beside what a team would use instead: see README.md here."""
