"""Runs the delivery interpreter over one function of a small source, for tests of its parts."""

from __future__ import annotations

from mmlint.model import syntax as s
from mmlint.project.delivery.analysis import DeliveryAnalysis
from mmlint.project.delivery.interpreter import Interpreter
from tests.project import linking

NODE = 'import { track, flush } from "@millimetric/track-node";\n'


class Source:
    """One TypeScript (or Python) file, its delivery analysis, and places in it by their text."""

    def __init__(self, text: str, *, python: bool = False) -> None:
        self.path = "a.py" if python else "a.ts"
        self.text = text
        self.program = linking.program({self.path: text})
        (self.unit,) = self.program.units
        self.flow = DeliveryAnalysis(self.program)

    def function(self, name: str) -> int:
        """Return the index of a function."""
        return linking.function(self.program, self.path, name).index

    def interpreter(self, name: str) -> Interpreter:
        return Interpreter(self.flow, self.unit, self.function(name))

    def written(self, node: s.Node) -> str:
        """Return what is written at ``node``, or at a location."""
        return self.text[node.start : node.end]
