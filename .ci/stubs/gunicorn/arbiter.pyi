from gunicorn.workers.base import Worker

class Arbiter:
    WORKERS: dict[int, Worker]
