"""Line numbers of byte offsets."""

from __future__ import annotations

from bisect import bisect_right


class Lines:
    """Where the lines of a file begin. Lines count from 1; LF, CRLF and CR end one."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts = [0]
        position = 0
        plain = data.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
        while (position := plain.find(b"\n", position)) >= 0:
            position += 1
            self.starts.append(position)

    def line(self, offset: int) -> int:
        """Return the line (from 1) that holds the byte ``offset``."""
        return bisect_right(self.starts, offset)

    def start(self, line: int) -> int:
        """Return the byte offset at which ``line`` (from 1) begins."""
        return self.starts[min(line, len(self.starts)) - 1]

    def end(self, line: int) -> int:
        """Return the byte offset after ``line``, its line break included."""
        return self.starts[line] if line < len(self.starts) else len(self.data)
