"""Vite and Vue CLI: vite.dev/config, cli.vuejs.org/config. They build, and call no function."""

from mmlint.frameworks.pattern import Platform, named

PLATFORM = Platform(
    name="Vite",
    runtime="unknown",
    patterns=(),
    aliasing=named("vite.config", "vue.config"),
)
