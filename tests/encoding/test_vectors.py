"""The golden vectors: the twin and the extension give the digests that are written down."""

import json
import sys
from typing import Any

import pytest
import rememo

from reference import blake3, samples, write_vectors

# What these hash is code or depends on it: the extension has a digest of its own for that.
TWIN_ALONE = {"code"}

Vector = dict[str, Any]


def vectors(group: str) -> list[Vector]:
    return json.loads((write_vectors.DIRECTORY / f"{group}.json").read_text())


def cases(*groups: str) -> list[Any]:
    needs_numpy = pytest.mark.skipif("np" not in write_vectors.MODULES, reason="numpy is not here")
    return [
        pytest.param(
            vector,
            id=f"{group}: {vector['name']}",
            marks=[needs_numpy] if group == "numpy" else [],
        )
        for group in groups
        for vector in vectors(group)
    ]


@pytest.mark.parametrize("group", samples.GROUPS)
def test_every_sample_has_its_vector(group: str) -> None:
    written = [{key: vector[key] for key in sample} for vector, sample in paired(group)]
    assert written == samples.GROUPS[group]
    names = [vector["name"] for vector in vectors(group)]
    assert len(set(names)) == len(names)


def paired(group: str) -> list[tuple[Vector, Vector]]:
    return list(zip(vectors(group), samples.GROUPS[group], strict=True))


@pytest.mark.parametrize("vector", cases(*samples.GROUPS))
def test_the_twin_reproduces_a_vector(vector: Vector) -> None:
    assert write_vectors.vector(vector) == vector


@pytest.mark.parametrize("vector", cases(*sorted(set(samples.GROUPS) - TWIN_ALONE)))
def test_the_extension_reproduces_a_vector(vector: Vector) -> None:
    names = write_vectors.namespace(vector)
    value = write_vectors.make(vector, names)
    functions = eval(vector.get("hash_funcs", "None"), names)
    assert rememo.hash(value, hash_funcs=functions) == vector["digest"]


@pytest.mark.parametrize("vector", vectors("keys"), ids=lambda v: f"{v['function']} {v['call']}")
def test_the_twin_reproduces_a_key(vector: Vector) -> None:
    assert write_vectors.key_vector(vector) == vector


@pytest.mark.parametrize("vector", vectors("blake3"), ids=lambda v: f"{v['length']} bytes")
def test_the_twin_hashes_as_blake3_does(vector: Vector) -> None:
    assert write_vectors.hash_vector(vector["length"]) == vector


def test_the_twin_hashes_as_its_authors_do() -> None:
    # From the test vectors that come with the specification of BLAKE3.
    published = {
        0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        1023: "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
        1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    }
    for length, digest in published.items():
        message = bytes(i % 251 for i in range(length))
        assert blake3.blake3(message).hex() == digest
        assert rememo.hash(message) != digest, "a value is more than its bytes"


def test_vectors_cover_every_tag_that_a_value_can_begin_with() -> None:
    tags = {
        vector["encoding"][:2]
        for group in samples.GROUPS
        for vector in vectors(group)
        if "encoding" in vector
    }
    plain = {f"{tag:02x}" for tag in range(0x0C)}
    assert tags == plain | {"10", "11", "12", "13", "14", "20", "21", "28", "29", "30", "3f"}


def test_vectors_do_not_depend_on_the_python() -> None:
    text = "".join(path.read_text() for path in write_vectors.DIRECTORY.glob("*.json"))
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert b"\x06python".hex() not in text
    assert minor.encode().hex() not in text
