"""The encoding of values once more: slow, readable, written from `docs/encoding.md` alone.

`encoding` turns a value into bytes, `forms` says what counts of each type, `cycles` treats values
that contain themselves, `key` puts a call's key together, and `blake3` hashes. Golden digests lie
in `vectors`; `python -m reference.write_vectors` writes them anew.
"""
