"""From bytes to facts: from the cache, in this process, or in others."""
