"""Google Cloud Functions, Firebase and Azure Functions."""

from mmlint.frameworks.pattern import Callback, Decorated, Platform

PLATFORM = Platform(
    name="Cloud functions",
    runtime="serverless",
    patterns=(
        Callback(r"^@google-cloud/functions-framework:(http|cloudEvent)$", "Google Cloud function"),
        Callback(
            r"^firebase-functions(/.*)?:(.*\.)?on(Request|Call|Document\w*|Schedule|MessagePublished"
            r"|Object\w+|Value\w+|Run|Create|Update|Delete|Write|Publish)$",
            "Firebase function",
        ),
        Callback(r"^@azure/functions:app\.\w+$", "Azure function", option="handler"),
        Decorated(r"^functions_framework:(http|cloud_event)", "Google Cloud function"),
        Decorated(r"^azure\.functions:FunctionApp\.\(\)\.", "Azure function"),
        Decorated(r"^firebase_functions(\..*)?:(.*\.)?on_\w+", "Firebase function"),
    ),
)
