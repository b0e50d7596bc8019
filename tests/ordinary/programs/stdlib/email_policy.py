"""Messages under a policy of our own."""

import email.policy
from email.message import EmailMessage

import rememo

policy = email.policy.SMTP.clone(max_line_length=40)


@rememo.cache
def message(subject: str) -> bytes:
    mail = EmailMessage(policy=policy)
    mail["Subject"] = subject
    mail.set_content("Hello")
    return mail.as_bytes()


def call(f):
    return f("A subject that is longer than forty characters in all")


def use():
    assert policy.linesep == "\r\n"
    EmailMessage(policy=policy)["To"] = "a@example.org"


def change():
    global policy
    policy = email.policy.SMTP.clone(max_line_length=60)
