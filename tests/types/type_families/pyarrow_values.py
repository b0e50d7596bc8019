"""pyarrow: arrays, tables, schemas, types."""

import pyarrow as pa

DISTINCT = {
    "arrays": [
        *(lambda: pa.array([1, 2]), lambda: pa.array([1, None]), lambda: pa.array([1.0, 2.0])),
        *(lambda: pa.array([1, 2], pa.int32()), lambda: pa.array(["a"]), lambda: pa.array([b"a"])),
        *(lambda: pa.array(["a"], pa.large_string()), lambda: pa.array([[1], [2]])),
        *(lambda: pa.array(["a"]).dictionary_encode(), lambda: pa.array([{"a": 1}])),
        *(lambda: pa.array([], pa.int64()), lambda: pa.array([None, None]), lambda: pa.scalar(1)),
    ],
    "tables": [
        *(lambda: pa.table({"a": [1, 2]}), lambda: pa.table({"b": [1, 2]}), lambda: pa.table({})),
        *(
            lambda: pa.table({"a": [1, 2], "b": [3, 4]}),
            lambda: pa.table({"b": [3, 4], "a": [1, 2]}),
        ),
        lambda: pa.table({"a": [1, 2]}).replace_schema_metadata({"k": "v"}),
        lambda: pa.record_batch({"a": [1, 2]}),
    ],
    "types": [
        *(lambda: pa.int64(), lambda: pa.int32(), lambda: pa.timestamp("s"), lambda: pa.string()),
        *(
            lambda: pa.timestamp("s", "UTC"),
            lambda: pa.list_(pa.int64()),
            lambda: pa.field("a", pa.int64()),
        ),
        *(lambda: pa.schema([("a", pa.int64())]), lambda: pa.schema([("a", pa.int32())])),
        lambda: pa.schema([("a", pa.int64())], metadata={"k": "v"}),
    ],
}

ALIKE = {
    "slices": [
        lambda: pa.array([1, None, 3]),
        lambda: pa.array([0, 1, None, 3, 4])[1:4],
    ],
    "chunks": [
        lambda: pa.chunked_array([[1, 2, 3]]),
        lambda: pa.chunked_array([[1], [2, 3]]),
        lambda: pa.chunked_array([[0, 1, 2, 3]])[1:],
    ],
    "chunks of tables": [
        lambda: pa.table({"a": [1, 2, 3]}),
        lambda: pa.concat_tables([pa.table({"a": [1]}), pa.table({"a": [2, 3]})]),
    ],
}
