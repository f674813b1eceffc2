"""Where settings files keep environment variables: file names, and the key paths in them.

A slot is a path of keys with dots: ``*`` stands for one key or for any item of a list, ``**`` for
any number of them, and ``kind=X:`` before it for a document that says ``kind: X``. What stands in a
slot is a map of names to values, a list of ``NAME=value`` or of ``{name, value}``, or lines of
``NAME=value``. Each line names the tool whose documentation says so.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec


class Carrier(msgspec.Struct, frozen=True):
    """A tool's settings. ``files``: patterns (``*`` within a name) of what a path ends in.
    ``slots``: where in these files the environment stands."""

    files: tuple[str, ...]
    slots: tuple[str, ...]


CARRIERS: Final = (
    # Docker Compose
    Carrier(
        ("docker-compose*.y*ml", "compose.y*ml", "compose.*.y*ml", "compose-*.y*ml"),
        ("services.*.environment", "services.*.build.args", "x-*.environment", "x-environment"),
    ),
    # Vercel
    Carrier(("vercel.json", "now.json"), ("env", "build.env")),
    # Netlify
    Carrier(
        ("netlify.toml",),
        ("build.environment", "context.*.environment", "context.*.build.environment"),
    ),
    # Cloudflare Workers and Pages
    Carrier(("wrangler.toml", "wrangler.json", "wrangler.jsonc"), ("vars", "env.*.vars")),
    # Fly.io
    Carrier(("fly.toml", "fly.*.toml"), ("env", "build.args")),
    # Render
    Carrier(("render.yaml", "render.yml"), ("services.*.envVars", "envVarGroups.*.envVars")),
    # DigitalOcean App Platform, Google App Engine, Firebase App Hosting
    Carrier((".do/app.yaml", ".do/app.yml"), ("**.envs",)),
    Carrier(("app.yaml", "app.yml", "app.*.yaml"), ("env_variables", "build_env_variables")),
    Carrier(("apphosting.yaml", "apphosting.*.yaml"), ("env",)),
    # Google Cloud Build
    Carrier(("cloudbuild*.y*ml",), ("steps.*.env", "options.env", "substitutions")),
    # Serverless Framework
    Carrier(
        ("serverless.y*ml", "serverless.*.y*ml", "serverless.json"),
        ("provider.environment", "functions.*.environment"),
    ),
    # AWS SAM, CloudFormation and ECS
    Carrier(
        ("template.y*ml", "template.json", "sam.y*ml", "*.template.y*ml", "cloudformation*.y*ml"),
        (
            "Globals.Function.Environment.Variables",
            "Resources.*.Properties.Environment.Variables",
            "Resources.*.Properties.ContainerDefinitions.*.Environment",
        ),
    ),
    Carrier(
        ("task-definition*.json", "taskdef*.json"),
        ("containerDefinitions.*.environment", "taskDefinition.containerDefinitions.*.environment"),
    ),
    # GitHub Actions: workflows, jobs, steps, containers; composite actions
    Carrier(
        (".github/workflows/*.y*ml", "action.yml", "action.yaml"),
        ("**.env", "**.with", "**.with.build-args"),
    ),
    # GitLab CI, CircleCI, Bitbucket Pipelines, Azure Pipelines
    Carrier((".gitlab-ci.y*ml", "*.gitlab-ci.y*ml", ".gitlab/**.y*ml"), ("**.variables",)),
    Carrier((".circleci/*.y*ml",), ("**.environment",)),
    Carrier(("bitbucket-pipelines.y*ml",), ("**.variables",)),
    Carrier(("azure-pipelines*.y*ml", ".azure/**.y*ml"), ("**.variables", "**.env")),
    # Expo Application Services
    Carrier(("eas.json",), ("build.*.env",)),
    # Kubernetes, Kustomize: manifests have any name
    Carrier(
        ("*.yaml", "*.yml"),
        (
            "**.containers.*.env",
            "**.initContainers.*.env",
            "kind=ConfigMap:data",
            "kind=ConfigMap:stringData",
            "kind=Secret:data",
            "kind=Secret:stringData",
            "kind=Kustomization:configMapGenerator.*.literals",
            "kind=Kustomization:secretGenerator.*.literals",
        ),
    ),
    # Helm: charts are free to name these as they like
    Carrier(
        ("values.y*ml", "values.*.y*ml", "values-*.y*ml", "*-values.y*ml", "*.values.y*ml"),
        (
            "**.env",
            "**.envs",
            "**.envVars",
            "**.environment",
            "**.extraEnv",
            "**.extraEnvs",
            "**.extraEnvVars",
            "**.config",
            "**.configMap",
            "**.configmap",
            "**.data",
            "**.secret",
            "**.secrets",
        ),
    ),
    # Model Context Protocol clients
    Carrier(
        (".mcp.json", "mcp.json", "mcp_config.json", "claude_desktop_config.json", "mcp.jsonc"),
        ("mcpServers.*.env", "servers.*.env", "mcp.servers.*.env"),
    ),
    # Editors and development containers
    Carrier(("launch.json",), ("configurations.*.env",)),
    Carrier(("devcontainer.json",), ("containerEnv", "remoteEnv", "build.args")),
)


@lru_cache(maxsize=1024)
def slots_of(path: str) -> frozenset[str]:
    """Return the slots of the settings file at ``path`` (project-relative, with ``/``)."""
    return frozenset(
        slot for pattern, slots in _compiled() if pattern.search(path) for slot in slots
    )


@lru_cache(maxsize=1)
def all_slots() -> tuple[str, ...]:
    """Return every slot of any file, each once, in order."""
    return tuple(sorted({slot for carrier in CARRIERS for slot in carrier.slots}))


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((_pattern(carrier.files), carrier.slots) for carrier in CARRIERS)


def _pattern(files: tuple[str, ...]) -> re.Pattern[str]:
    ends = (
        ".*".join(part.replace(r"\*", "[^/]*") for part in re.escape(name).split(r"\*\*"))
        for name in files
    )
    return re.compile(rf"(?:^|/)(?:{'|'.join(ends)})$")
