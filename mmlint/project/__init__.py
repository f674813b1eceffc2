"""Links: what names mean across files, what functions do, which runtime they live in."""
