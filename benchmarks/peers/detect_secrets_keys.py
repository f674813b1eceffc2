"""Teaches detect-secrets the shape of Millimetric's keys; its other detectors are switched off."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class MillimetricKeyDetector(RegexBasedDetector):
    """The four segments of a key that is not public."""

    secret_type = "Millimetric key"
    denylist = (re.compile(r"\b[sra]k_[a-z]+_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{8,}"),)
