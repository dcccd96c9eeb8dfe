from flask import Flask

class Worker:
    wsgi: Flask
