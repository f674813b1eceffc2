"""AWS Lambda: docs.aws.amazon.com/lambda, handlers in Node.js and Python.

The names that Serverless, SAM, SST and CDK bind are read by ``project.platforms``.
"""

from mmlint.frameworks.pattern import Decorated, Exported, Named, Platform

PLATFORM = Platform(
    name="AWS Lambda",
    runtime="serverless",
    patterns=(
        Exported(r"", ("handler", "lambdaHandler"), "Lambda handler, exported {name}", guess=True),
        Named(("lambda_handler", "handler"), "Lambda handler {name}(event, context)", parameters=2),
        Decorated(r"^chalice(\..*)?:(Chalice|Blueprint)\.\(\)\.", "Chalice {name}"),
        Decorated(
            r"^aws_lambda_powertools\.event_handler.*:(.*Resolver|Router)\.\(\)\.",
            "Powertools resolver {name}",
        ),
    ),
    unattended=r"schedule|on_(cw|dynamodb|kinesis|s3|sns|sqs)_\w+",  # of Chalice
    serverless=(
        "serverless-http",
        "@vendia/serverless-express",
        "@codegenie/serverless-express",
        "aws-serverless-express",
        "@fastify/aws-lambda",
        "mangum",
        "apig_wsgi",
        "serverless_wsgi",
        "zappa",
    ),
    stacks=("aws-cdk-lib", "@aws-cdk/aws-lambda", "aws_cdk"),
    templates=(
        "template.yaml",
        "template.yml",
        "template.json",
        "serverless.yml",
        "serverless.yaml",
    ),
    server_modules=("aws-lambda",),
)
