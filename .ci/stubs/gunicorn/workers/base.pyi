from flask import Flask

class Config:
    workers: int

class Worker:
    wsgi: Flask
    cfg: Config
    alive: bool
    slot: int  # of ours: marketplace/processes/even_worker.py
