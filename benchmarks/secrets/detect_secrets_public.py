"""Teaches detect-secrets the names that bundlers copy into the browser, with anybody's ``sk_``."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class PublicSecretDetector(RegexBasedDetector):
    """What ``public-secret`` in semgrep.yml looks for."""

    secret_type = "Public secret"
    denylist = (
        re.compile(
            r"(?:NEXT_PUBLIC|VITE|PUBLIC|REACT_APP|GATSBY|EXPO_PUBLIC)_\w+[\"']?\s*[:=]\s*[\"']?"
            r"sk_\w+"
        ),
    )
