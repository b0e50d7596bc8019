"""numpy: what in memory is no value, subclasses, functions that are objects, generators."""

import struct
import sys
from typing import Any

import numpy as np
import pytest
import rememo


def nans(kind: str, payloads: list[int]) -> np.ndarray:
    """NaNs of a type with these payloads, signs included."""
    width = np.dtype(kind).itemsize
    order = "big" if kind.startswith(">") else "little"
    quiet = {2: 0x7E00, 4: 0x7FC00000, 8: 0x7FF8000000000000}[width]
    data = b"".join((quiet ^ payload).to_bytes(width, order) for payload in payloads)
    return np.frombuffer(data, kind)


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8"])
def test_every_nan_of_a_type_is_one(kind: str) -> None:
    sign = 1 << (8 * np.dtype(kind).itemsize - 1)
    one, other = nans(kind, [0, 0]), nans(kind, [1, sign | 3])
    assert np.isnan(other).all() and one.tobytes() != other.tobytes()
    assert rememo.hash(one) == rememo.hash(other)
    assert rememo.hash(one[0]) == rememo.hash(other[1])
    assert rememo.hash(one[::2]) == rememo.hash(other[1:])
    assert rememo.hash(one.reshape(2, 1)) == rememo.hash(other.reshape(2, 1))


def test_each_part_of_a_complex_number_has_one_nan() -> None:
    parts = nans("<f8", [5, 0]).view("c16"), nans("<f8", [0, 9]).view("c16")
    assert rememo.hash(parts[0]) == rememo.hash(parts[1])
    assert rememo.hash(parts[0][0]) == rememo.hash(parts[1][0])
    assert rememo.hash(np.array([complex(np.nan, 1)])) != rememo.hash(
        np.array([complex(np.nan, 2)])
    )


@pytest.mark.parametrize("position", [0, 1, 1_300_000, 2_599_999])
def test_one_nan_in_a_long_array_has_one_form_wherever_it_is(position: int) -> None:
    one, other = np.zeros(2_600_000), np.zeros(2_600_000)
    one[position], other[position] = np.nan, -np.nan
    assert one.tobytes() != other.tobytes()
    assert rememo.hash(one) == rememo.hash(other)
    other[position] = np.inf
    assert rememo.hash(one) != rememo.hash(other)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize != 16, reason="no 80-bit floats")
def test_the_padding_of_long_doubles_does_not_count() -> None:
    clean = np.array([1, 2], np.longdouble)
    dirty = clean.copy()
    dirty.view("u1").reshape(2, 16)[:, 10:] = 0xAA
    assert (clean == dirty).all() and clean.tobytes() != dirty.tobytes()
    assert rememo.hash(clean) == rememo.hash(dirty)
    assert rememo.hash(clean[0]) == rememo.hash(dirty[0])
    assert rememo.hash(clean) != rememo.hash(clean * 2)


def test_the_padding_of_nested_records_does_not_count() -> None:
    inner = np.dtype([("x", "u1"), ("y", "f8")], align=True)
    kind = np.dtype([("a", "u1"), ("b", inner, (2,)), ("c", "i2")], align=True)
    clean, dirty = np.zeros(3, kind), np.full(3 * kind.itemsize, 0xCC, "u1").view(kind)
    for name in ("x", "y"):
        dirty["b"][name] = 0
    dirty["a"] = dirty["c"] = 0
    assert clean.tobytes() != dirty.tobytes()
    assert rememo.hash(clean) == rememo.hash(dirty)
    assert rememo.hash(clean[::2]) == rememo.hash(dirty[:2])
    for change in (
        lambda v: v["a"],
        lambda v: v["b"]["y"],
        lambda v: v["b"]["x"],
        lambda v: v["c"],
    ):
        changed = clean.copy()
        change(changed)[-1] = 1
        assert rememo.hash(changed) != rememo.hash(clean)


def test_a_nan_in_a_record_has_one_form() -> None:
    kind = np.dtype([("a", "i4"), ("b", "f8")])
    one, other = np.zeros(1, kind), np.zeros(1, kind)
    one["b"], other["b"] = np.nan, -np.nan
    assert rememo.hash(one) == rememo.hash(other)


def test_records_with_objects_count_by_element() -> None:
    kind = np.dtype([("a", "i4"), ("b", object)])
    made = [np.array([(1, value)], kind) for value in ([1], [1], [2])]
    assert rememo.hash(made[0]) == rememo.hash(made[1]) != rememo.hash(made[2])


def test_an_object_array_of_plain_and_other_values_counts_by_element() -> None:
    plain = ["a", 1, 2.5, None, b"x", True]
    for other in ([1], {"k": 1}, (1, 2)):
        for at in range(len(plain) + 1):
            made = np.empty(len(plain) + 1, object)
            made[:] = [*plain[:at], other, *plain[at:]]
            again = made.copy()
            assert rememo.hash(made) == rememo.hash(again)
            again[-1] = "last"
            assert rememo.hash(made) != rememo.hash(again)


def test_a_hash_function_reaches_the_elements_of_an_object_array() -> None:
    one, other = np.array(["a", "b"], object), np.array(["A", "b"], object)
    lowered = {str: str.lower}
    assert rememo.hash(one) != rememo.hash(other)
    assert rememo.hash(one, hash_funcs=lowered) == rememo.hash(other, hash_funcs=lowered)


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy before 2.0")
def test_variable_strings_count_by_value_and_options() -> None:
    kind = np.dtypes.StringDType
    assert rememo.hash(np.array(["a", "b" * 50], kind())) == rememo.hash(
        np.array(["x", "a", "b" * 50], kind())[1:]
    )
    made = [
        np.array(["a"], kind()),
        np.array(["b"], kind()),
        np.array(["a"], kind(na_object=None)),
        np.array(["a"], kind(coerce=False)),
        np.array(["a"], object),
    ]
    assert len({rememo.hash(value) for value in made}) == len(made)


def test_what_lies_under_a_mask_does_not_count() -> None:
    def masked(under: object, kind: str = "f8", **more: object) -> Any:
        return np.ma.array(np.array([1, under], kind), mask=[0, 1], **more)

    for kind in ("f8", "i4", "O"):
        assert rememo.hash(masked(2, kind)) == rememo.hash(masked(3, kind))
    values = [masked(2), masked(2, fill_value=7), masked(2, hard_mask=True), masked(2, "f4")]
    values.append(np.ma.array([1.0, 2.0], mask=[1, 0]))
    assert len({rememo.hash(value) for value in values}) == len(values)


def test_a_fill_value_that_was_asked_for_is_the_same() -> None:
    fresh, asked = np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[0, 1])
    assert asked.fill_value == 999999
    assert rememo.hash(fresh) == rememo.hash(asked)


def test_a_mask_of_records_is_read_by_field() -> None:
    kind = [("a", "i4"), ("b", "i4")]
    made = [np.ma.array([(1, n)], kind, mask=[(0, 1)]) for n in (2, 3)]
    assert rememo.hash(made[0]) == rememo.hash(made[1])
    assert rememo.hash(made[0]) != rememo.hash(np.ma.array([(1, 2)], kind, mask=[(1, 0)]))


class Unit(np.ndarray):
    """An array with a unit."""

    unit: object = None

    def __array_finalize__(self, other: object) -> None:
        self.unit = getattr(other, "unit", None)


class Volume(Unit):
    pass


def with_unit(kind: type, unit: object, *values: float) -> Any:
    made = np.array(values).view(kind)
    made.unit = unit
    return made


def test_a_subclass_counts_by_class_elements_and_what_it_adds() -> None:
    assert rememo.hash(with_unit(Unit, "m", 1, 2)) == rememo.hash(with_unit(Unit, "m", 1, 2))
    values = [
        with_unit(Unit, "m", 1, 2),
        with_unit(Unit, "s", 1, 2),
        with_unit(Unit, "m", 1, 3),
        with_unit(Volume, "m", 1, 2),
        np.array([1.0, 2.0]),
        np.matrix([1.0, 2.0]),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)
    assert rememo.hash(with_unit(Unit, "m", 1, 2, 3)[:2]) == rememo.hash(values[0])


def test_a_subclass_of_objects_counts_by_element_not_by_address() -> None:
    made = [np.array([[n], "x"], object).view(Unit) for n in (1, 1, 2)]
    assert rememo.hash(made[0]) == rememo.hash(made[1]) != rememo.hash(made[2])


def test_a_memory_map_counts_by_its_elements_and_place(tmp_path: Any) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(struct.pack("<4i", 1, 2, 3, 4))

    def opened(name: str = "a", **options: object) -> Any:
        return np.memmap(tmp_path / name, "<i4", **{"mode": "r", **options})

    assert rememo.hash(opened()) == rememo.hash(opened())
    values = [opened(), opened("b"), opened(mode="c"), opened(offset=4), np.array(opened())]
    assert len({rememo.hash(value) for value in values}) == len(values)
    changed = opened(mode="r+")
    changed[0] = 9
    changed.flush()
    assert rememo.hash(opened()) != rememo.hash(values[4])


def test_a_ufunc_counts_by_where_its_package_has_it() -> None:
    special = pytest.importorskip("scipy.special")
    values = [np.add, np.multiply, np.exp, special.exp2, np.exp2, special.erf]
    assert len({rememo.hash(value) for value in values}) == len(values)


def doubled(x: float) -> float:
    return x * 2


def tripled(x: float) -> float:
    return x * 3


def test_a_ufunc_of_a_python_function_counts_by_the_function() -> None:
    tripled.__name__ = tripled.__qualname__ = "doubled"
    one, same = np.frompyfunc(doubled, 1, 1), np.frompyfunc(doubled, 1, 1)
    assert rememo.hash(one) == rememo.hash(same) != rememo.hash(np.frompyfunc(tripled, 1, 1))
    vectorised = [np.vectorize(doubled), np.vectorize(tripled), np.vectorize(doubled, ["f8"])]
    assert len({rememo.hash(value) for value in vectorised}) == len(vectorised)


def test_iterators_over_arrays_are_refused() -> None:
    array = np.arange(3)
    for iterator in (array.flat, np.nditer(array), np.ndenumerate(array), np.broadcast(array, 1)):
        with pytest.raises(rememo.UnhashableTypeError):
            rememo.hash(iterator)


def test_a_generator_counts_by_its_state_and_by_what_it_spawns() -> None:
    def seeded(spawned: int) -> np.random.Generator:
        generator = np.random.default_rng(1)
        if spawned:
            generator.spawn(spawned)
        return generator

    assert rememo.hash(seeded(0)) == rememo.hash(seeded(0)) != rememo.hash(seeded(2))


class Holder:
    def __init__(self, generator: object) -> None:
        self.generator = generator


def test_the_generator_of_the_module_counts_by_name_within_an_instance_only() -> None:
    shared = np.random.mtrand._rand
    held, alone = rememo.hash(Holder(shared)), rememo.hash(shared)
    np.random.random()
    assert rememo.hash(Holder(shared)) == held
    assert rememo.hash(shared) != alone
    own = [Holder(np.random.RandomState(seed)) for seed in (1, 2)]
    assert len({held, *map(rememo.hash, own)}) == 3


def test_dtypes_of_the_same_layout_are_told_apart() -> None:
    values = [
        np.dtype("V4"),
        np.dtype([("a", "V4")]),
        np.dtype([("a", "i4")]),
        np.dtype((np.record, [("a", "i4")])),
        np.dtype([(("title", "a"), "i4")]),
        np.dtype([("a", "i4")], align=True),
        np.dtype(("i4", (1,))),
        np.dtype("i4", metadata={"unit": "m"}),
        np.dtype("i4", metadata={"unit": "s"}),
        np.dtype("i4"),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)
    assert len({rememo.hash(np.zeros(1, value)) for value in values if value.names}) == 5


def test_a_class_that_calls_itself_an_array_is_none() -> None:
    body = {"__module__": "numpy", "__init__": lambda self, n: setattr(self, "n", n)}
    impostor = type("ndarray", (), body)
    assert impostor.__module__ == "numpy" and "numpy" in sys.modules
    assert rememo.hash(impostor(1)) == rememo.hash(impostor(1)) != rememo.hash(impostor(2))


def test_a_dtype_counts_by_what_it_says_of_itself_not_by_how_numpy_pickles_it() -> None:
    def record(**options: object) -> np.dtype:
        return np.dtype({"names": ["a", "b"], "formats": ["i4", "f8"], **options})

    digests = {
        rememo.hash(kind)
        for kind in (
            *(record(), record(offsets=[0, 8]), record(itemsize=32), record(titles=["x", "y"])),
            *(record(titles=["x", "z"]), np.dtype([("a", "i4"), ("b", "f8")], align=True)),
            *(np.dtype(("i4", (2,))), np.dtype(("i4", (3,))), np.dtype(("i4", (1, 2)))),
            *(np.dtype("i4", metadata={"unit": 1}), np.dtype("i4", metadata={"unit": 2})),
            *(np.dtype((np.record, [("a", "i4"), ("b", "f8")])), np.dtype("V12"), np.dtype("i4")),
            np.dtype([("a", ">i4"), ("b", "f8")]),
            np.dtype([("a", [("b", "i4")])]),
        )
    }
    assert len(digests) == 16
