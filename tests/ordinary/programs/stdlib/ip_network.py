"""A network whose derived addresses are computed lazily and kept in the object."""

import ipaddress

import rememo

internal = ipaddress.ip_network("10.0.0.0/8")


@rememo.cache
def is_internal(address: str) -> bool:
    return ipaddress.ip_address(address) in internal


def call(f):
    return f("10.1.2.3")


def use():
    assert str(internal.broadcast_address) == "10.255.255.255"
    assert internal.num_addresses == 2**24
    assert internal.is_private


def change():
    global internal
    internal = ipaddress.ip_network("192.168.0.0/16")
