"""The hash that everything here is known by.

``hashlib`` loads OpenSSL before it gives away what CPython keeps in a module of its own; a hook
would wait for that longer than for all its hashes.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b as blake2b
except ImportError:  # another Python
    from hashlib import blake2b as blake2b
