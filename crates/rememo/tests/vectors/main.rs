//! The golden vectors of `reference/vectors`, as a program without Python would write the values.
//!
//! Each value is told by its name. A vector that is missing here fails: whoever adds one to a file
//! that is read here builds it here too.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

mod graphs;
mod values;

use std::path::Path;

use rememo::digest::Digest;
use rememo::encode::{ENCODING_VERSION, Writer, tag};
use serde_json::Value as Json;

use graphs::{cycle, shared};
use values::{Dict, Int, container, list, plain, record, str, tuple, write, written};

fn vectors(group: &str) -> Vec<Json> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/vectors");
    let text = std::fs::read_to_string(directory.join(format!("{group}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text<'a>(vector: &'a Json, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

/// Compares all vectors of a group that can be built; how many those are.
fn check(group: &str, build: impl Fn(&str) -> Option<Vec<u8>>) -> usize {
    let mut built = 0;
    for vector in vectors(group) {
        let name = text(&vector, "name");
        let Some(bytes) = build(name) else { continue };
        if let Some(encoding) = vector["encoding"].as_str() {
            assert_eq!(bytes, hex(encoding), "{group}: {name}");
        }
        assert_eq!(Digest::of(&bytes).to_hex(), text(&vector, "digest"), "{group}: {name}");
        built += 1;
    }
    built
}

#[test]
fn plain_values_and_containers_are_written_as_the_vectors_say() {
    assert_eq!(check("plain", |name| Some(written(&plain(name)))), vectors("plain").len());
    let containers = check("containers", |name| Some(written(&container(name))));
    assert_eq!(containers, vectors("containers").len());
}

#[test]
fn records_are_written_as_the_vectors_say() {
    assert_eq!(check("records", |name| record(name).map(|value| written(&value))), 10);
}

#[test]
fn shared_values_and_cycles_are_written_as_the_vectors_say() {
    assert_eq!(check("shared", |name| Some(shared(name))), vectors("shared").len());
    // All but six, which go through values of types that only Python has.
    assert_eq!(check("cycles", cycle), vectors("cycles").len() - 6);
}

#[test]
fn code_and_instances_are_written_as_the_vectors_say() {
    let user = |writer: &mut Writer, name: &str| {
        writer.u8(tag::USER_CODE);
        writer.raw(Digest::of(name.as_bytes()).as_bytes());
    };
    let library = |writer: &mut Writer, qualname: &str| {
        writer.u8(tag::LIBRARY_CODE);
        for part in ["lib-dist", "1.2.3", "lib.models", qualname] {
            writer.text(part);
        }
    };
    let built = check("code", |name| {
        let mut writer = Writer::default();
        match name {
            "a user's class" => user(&mut writer, "Point"),
            "a user's function" => {
                user(&mut writer, "double");
                writer.str(b"double");
                writer.str(b"double");
            }
            "code of a library" => library(&mut writer, "Model"),
            "a module of a library" => library(&mut writer, ""),
            "a state" => {
                writer.u8(tag::INSTANCE);
                user(&mut writer, "Point");
                writer.varint(3);
                writer.str(b"state");
                writer.u8(tag::NONE);
                let attributes = [(str("x"), Int(1)), (str("y"), list([Int(2)]))];
                write(&mut writer, &Dict(attributes.to_vec()));
            }
            "a buffer" => {
                writer.u8(tag::INSTANCE);
                user(&mut writer, "Array");
                writer.varint(4);
                writer.str(b"buffer");
                writer.str(b"h");
                write(&mut writer, &tuple([Int(2)]));
                writer.bytes_like(tag::BUFFER, &[1, 0, 2, 0]);
            }
            _ => return None,
        }
        Some(writer.bytes().to_vec())
    });
    assert_eq!(built, 6);
}

#[test]
fn keys_are_put_together_as_the_vectors_say() {
    let mut built = 0;
    for vector in vectors("keys") {
        let Some(arguments) = vector["arguments"].as_str() else { continue };
        let mut writer = Writer::default();
        writer.u8(ENCODING_VERSION);
        writer.raw(Digest::of(b"f").as_bytes());
        writer.raw(&hex(arguments));
        assert_eq!(writer.digest().to_hex(), text(&vector, "key"));
        built += 1;
    }
    assert!(built > 10);
}
