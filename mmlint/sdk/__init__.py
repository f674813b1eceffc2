"""What mmlint knows of Millimetric, as data. Source: docs.millimetric.ai."""
