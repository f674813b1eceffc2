"""Google Cloud Functions, Firebase and Azure Functions.

What ``function.json`` binds on Azure is read by ``project.platforms``.
"""

from mmlint.frameworks.pattern import Callback, Cookies, Decorated, Named, Platform

PLATFORM = Platform(
    name="Cloud functions",
    runtime="serverless",
    patterns=(
        Callback(
            r"^@google-cloud/functions-framework:(default\.)?(http|cloudEvent)$",
            "Google Cloud function, {name}",
        ),
        Callback(
            r"^firebase-functions(/.*)?:(.*\.)?(on(?!Init)[A-Z]\w+|before[A-Z]\w+)$",
            "Firebase function, {name}",
        ),
        Callback(
            r"^@azure/functions:app\.\w+$", "Azure function, app.{name}", options=("handler",)
        ),
        Decorated(
            r"^functions_framework:(http|cloud_event|typed)", "Google Cloud function, {name}"
        ),
        Decorated(r"^azure\.functions:(FunctionApp|Blueprint)\.\(\)\.", "Azure function, {name}"),
        Decorated(
            r"^firebase_functions(\..*)?:(.*\.)?(on|before)_\w+", "Firebase function, {name}"
        ),
        Named(
            ("main",),
            "Azure function {name}(req)",
            parameters=1,
            annotation=r"^azure\.functions\.\w+$",
        ),
    ),
    unattended=(
        r"cloudEvent|cloud_event"
        r"|on(?!Request|Call)[A-Z]\w+|on_(?!request|call)\w+"
        r"|timer|\w*[qQ]ueue|serviceBus\w+|eventHub|eventGrid|cosmosDB|storageBlob|sql|mySql"
        r"|schedule|(timer|queue|service_bus_\w+|event_hub_message|event_grid|cosmos_db|blob)_trigger"
    ),
    server_modules=("firebase-functions",),
    cookies=(
        Cookies(
            '{request}.cookies.get("{cookie}")',
            types=r"^firebase_functions(\..*)?:(https_fn\.)?Request$",
            handlers=r"^functions_framework:http|^firebase_functions(\..*)?:(.*\.)?on_request$",
        ),
    ),
)
