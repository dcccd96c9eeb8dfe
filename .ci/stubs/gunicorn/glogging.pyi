import logging

class Logger:
    error_log: logging.Logger
