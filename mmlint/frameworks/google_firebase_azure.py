"""Google Cloud Functions, Firebase and Azure Functions.

What ``function.json`` binds on Azure is read by ``project.bindings``.
"""

from mmlint.frameworks.pattern import Callback, Decorated, Named, Platform

PLATFORM = Platform(
    name="Cloud functions",
    runtime="serverless",
    patterns=(
        Callback(
            r"^@google-cloud/functions-framework:(default\.)?(http|cloudEvent)$",
            "Google Cloud function",
        ),
        Callback(
            r"^firebase-functions(/.*)?:(.*\.)?(on(?!Init)[A-Z]\w+|before[A-Z]\w+)$",
            "Firebase function",
        ),
        Callback(r"^@azure/functions:app\.\w+$", "Azure function", options=("handler",)),
        Decorated(r"^functions_framework:(http|cloud_event|typed)", "Google Cloud function"),
        Decorated(r"^azure\.functions:(FunctionApp|Blueprint)\.\(\)\.", "Azure function"),
        Decorated(r"^firebase_functions(\..*)?:(.*\.)?(on|before)_\w+", "Firebase function"),
        Named(
            ("main",),
            "Azure function {name}(req)",
            parameters=1,
            annotation=r"^azure\.functions\.\w+$",
        ),
    ),
)
