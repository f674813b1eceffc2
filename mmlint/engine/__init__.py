"""Running mmlint: observe files, judge them, and apply what they are offered."""
