"""Two resources in one function: both must be named at once."""

import socket
import sqlite3

import rememo

cursor = sqlite3.connect(":memory:", check_same_thread=False).cursor()
left, right = socket.socketpair()
PORT = 80


@rememo.cache
def asked(question: str) -> str:
    answer = cursor.execute("select upper(?)", (question,)).fetchone()[0]
    left.sendall(answer.encode())
    return f"{right.recv(100).decode()}:{PORT}"


def call(f):
    return f("how")


def use():
    left.sendall(b"x")
    right.recv(1)


def change():
    global PORT
    PORT = 81


EXPECT = "error"
NAMES = ["cursor", "left", "right"]
REMEDY = {"hash_funcs": {sqlite3.Cursor: lambda _: None, socket.socket: lambda _: None}}
