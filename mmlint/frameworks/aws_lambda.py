"""AWS Lambda: docs.aws.amazon.com/lambda, handlers in Node.js and Python."""

from mmlint.frameworks.pattern import Decorated, Exported, Named, Platform

PLATFORM = Platform(
    name="AWS Lambda",
    runtime="serverless",
    patterns=(
        Exported(r"", ("handler", "lambdaHandler"), "Lambda handler, exported {name}"),
        Named(("lambda_handler", "handler"), 2, "Lambda handler {name}(event, context)"),
        Decorated(r"^chalice:Chalice\.\(\)\.", "Chalice {name}"),
        Decorated(
            r"^aws_lambda_powertools\.event_handler.*:.*Resolver\.\(\)\.", "Powertools resolver"
        ),
    ),
)
