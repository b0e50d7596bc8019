"""An INI file that was read at import."""

import configparser

import rememo

config = configparser.ConfigParser()
config.read_string("[server]\nport = 80\nhost = localhost\n[client]\nretries = 3\n")


@rememo.cache
def address() -> str:
    server = config["server"]
    return f"{server['host']}:{server.getint('port')}"


def call(f):
    return f()


def use():
    assert config.sections() == ["server", "client"]
    assert config.getint("client", "retries") == 3
    assert "server" in config


def change():
    config.set("server", "port", "8080")
