"""Python task queues and schedulers: Celery, Dramatiq, Huey, RQ, Taskiq, Procrastinate and others.

A worker calls their functions, whatever enqueued the task: no visitor's request is at hand there.
"""

from mmlint.frameworks.pattern import Callback, Decorated, Platform

_WHY = "task of a queue (@{name})"

PLATFORM = Platform(
    name="Python task queue",
    runtime="unknown",  # the worker may be anything: the file says how long its process lives
    patterns=(
        Decorated(r"^celery(\..*)?:(shared_task|task|periodic_task)(\.\(\))?$", _WHY),
        Decorated(r"^celery(\..*)?:Celery\.\(\)\.(task|on_after_\w+\.connect)(\.\(\))?$", _WHY),
        Decorated(r"^dramatiq(\..*)?:actor(\.\(\))?$", _WHY),
        Decorated(
            r"^huey(\..*)?:(\w*Huey\.\(\)\.)?(db_)?(task|periodic_task)(\.\(\))?$",
            _WHY,
        ),
        Decorated(r"^(rq|django_rq)(\..*)?:job(\.\(\))?$", _WHY),
        Decorated(r"^taskiq\w*(\..*)?:\w*Broker\.\(\)\.task(\.\(\))?$", _WHY),
        Decorated(r"^procrastinate(\..*)?:(App|Blueprint)\.\(\)\.(task|periodic)(\.\(\))?$", _WHY),
        Decorated(r"^django\.tasks(\..*)?:task(\.\(\))?$", _WHY),
        Decorated(r"^apscheduler\..*:\w+Scheduler\.\(\)\.scheduled_job(\.\(\))?$", _WHY),
        Callback(r"^apscheduler\..*:\w+Scheduler\.\(\)\.add_job$", "job of a scheduler"),
    ),
    unattended=r".*",
)
