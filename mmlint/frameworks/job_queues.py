"""JavaScript job queues, workflows and schedulers: Inngest, Trigger.dev, BullMQ and others.

A worker calls their functions, whatever enqueued the job: no visitor's request is at hand there.
"""

from mmlint.frameworks.pattern import Callback, Decorated, Extends, Platform

PLATFORM = Platform(
    name="JavaScript job queue",
    runtime="unknown",  # the worker may be anything: the file says how long its process lives
    patterns=(
        # The client stands in a file of its own, which nothing else makes worth parsing.
        Callback(
            r"^(inngest(/.*)?:Inngest\.\(\)|[.@~#].*:(\w+\.)?inngest)\.createFunction$",
            "Inngest function",
        ),
        Callback(
            r"^@trigger\.dev/sdk(/v\d)?:(task|schemaTask|schedules\.task)$",
            "Trigger.dev task",
            options=("run",),
        ),
        Callback(r"^bullmq:Worker$", "worker of a queue (BullMQ)"),
        Callback(r"^bull:(default\.)?(\(\)\.)?process$", "worker of a queue (Bull)"),
        Callback(r"^bee-queue:(default\.)?\(\)\.process$", "worker of a queue (Bee)"),
        Callback(r"^pg-boss:(default|PgBoss)?\.?\(\)\.work$", "worker of a queue (pg-boss)"),
        Callback(r"^agenda:(Agenda|default)\.\(\)\.define$", "job of a scheduler (Agenda)"),
        Callback(r"^node-cron:(default\.)?schedule$", "job of a scheduler (node-cron)"),
        Callback(r"^node-schedule:(default\.)?scheduleJob$", "job of a scheduler (node-schedule)"),
        Callback(r"^croner:(Cron|default)$", "job of a scheduler (croner)"),
        Callback(r"^cron:CronJob$", "job of a scheduler (cron)"),
        Decorated(r"^@nestjs/bull(mq)?:Process(\.\(\))?$", "Nest processor, @{name}"),
        Extends(("WorkerHost",), ("process",), "worker of a queue (Nest's WorkerHost)"),
    ),
    unattended=r".*",
)
