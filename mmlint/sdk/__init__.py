"""What mmlint knows of Millimetric, as data. Sources: docs.millimetric.ai; see docs/facts.md."""
