//! Tests of regions: on real mappings and files.

use super::*;
use proptest::prelude::*;

fn region(buffers: &[&[u8]]) -> (Layout, Region) {
    let layout = Layout::of(buffers.iter().map(|buffer| buffer.len()));
    let region = Region::build(&layout, buffers).unwrap();
    (layout, region)
}

fn at<'a>(mapping: &'a mut Mapping, span: &Span) -> &'a [u8] {
    &mapping.bytes()[span.offset..span.offset + span.len]
}

#[test]
fn buffers_are_found_where_the_layout_says() {
    let big = vec![7; 100_000];
    let (layout, region) = region(&[b"abc", b"", &big]);
    let mut mapping = region.map().unwrap();
    assert_eq!(Layout::read(mapping.bytes()).unwrap(), layout);
    assert_eq!(mapping.len(), layout.size());
    let spans = layout.spans();
    assert_eq!(at(&mut mapping, &spans[0]), b"abc");
    assert_eq!(at(&mut mapping, &spans[1]), b"");
    assert_eq!(at(&mut mapping, &spans[2]), big);
}

#[test]
fn what_is_written_to_one_mapping_is_in_no_other() {
    let (layout, region) = region(&[b"private"]);
    let span = layout.spans()[0];
    let (mut first, mut second) = (region.map().unwrap(), region.map().unwrap());
    // SAFETY: within the mapping, and nobody else has it.
    unsafe { first.address().add(span.offset).write(b'X') };
    assert_eq!(at(&mut first, &span), b"Xrivate");
    assert_eq!(at(&mut second, &span), b"private");
    assert_eq!(at(&mut region.map().unwrap(), &span), b"private");
}

#[test]
fn a_mapping_outlives_its_region() {
    let (layout, region) = region(&[b"lasting"]);
    let mut mapping = region.map().unwrap();
    drop(region);
    assert_eq!(at(&mut mapping, &layout.spans()[0]), b"lasting");
}

#[cfg(target_os = "linux")]
#[test]
fn the_bytes_cannot_be_changed_by_whoever_has_the_file() {
    use std::os::unix::fs::FileExt;
    let (_, region) = region(&[b"sealed"]);
    let Source::File { file, .. } = &region.source else { panic!("no anonymous file") };
    assert!(file.write_all_at(b"x", 0).is_err());
    assert!(file.set_len(0).is_err());
}

#[test]
fn memory_without_a_file_is_copied() {
    let (layout, region) = region(&[b"copied"]);
    let bytes = region.map().unwrap().memory.make_read_only().unwrap();
    let plain = Region { len: bytes.len(), source: Source::Memory(bytes) };
    let span = layout.spans()[0];
    let first = plain.map().unwrap();
    // SAFETY: within the mapping, and nobody else has it.
    unsafe { first.address().add(span.offset).write(b'X') };
    assert_eq!(at(&mut plain.map().unwrap(), &span), b"copied");
    assert_eq!(at(&mut region.copy().unwrap(), &span), b"copied");
}

#[cfg(unix)]
#[test]
fn a_file_is_mapped_where_it_lies_and_its_name_may_go() {
    let path = std::env::temp_dir().join(format!("rememo-region-{}", std::process::id()));
    let page = 1 << 16;
    std::fs::write(&path, [vec![0; page], b"in a file".to_vec()].concat()).unwrap();
    let region = Region::of_file(File::open(&path).unwrap(), page as u64, 9);
    std::fs::remove_file(&path).unwrap();
    let first = region.map().unwrap();
    // SAFETY: within the mapping, and nobody else has it.
    unsafe { first.address().write(b'X') };
    assert_eq!(region.map().unwrap().bytes(), b"in a file");
    assert_eq!(region.copy().unwrap().bytes(), b"in a file");
}

#[test]
fn a_damaged_header_is_refused() {
    let header = Layout::of([10, 20]).header();
    assert!(Layout::read(&header).is_ok());
    for damaged in [
        &header[..7],
        &header[..20],
        &[b"x", &header[1..]].concat(),
        &[&header[..8], &u64::MAX.to_le_bytes(), &header[16..]].concat(),
        &[&header[..16], &8_u64.to_le_bytes(), &header[24..]].concat(),
        &[&header[..24], &u64::MAX.to_le_bytes(), &header[32..]].concat(),
    ] {
        assert!(Layout::read(damaged).is_err(), "{damaged:?}");
    }
}

proptest! {
    #[test]
    fn a_layout_is_read_as_it_was_written(lengths in prop::collection::vec(0_usize..100_000, 0..20)) {
        let layout = Layout::of(lengths.iter().copied());
        prop_assert_eq!(&Layout::read(&layout.header()).unwrap(), &layout);
        let mut end = layout.header().len();
        for (span, len) in layout.spans().iter().zip(&lengths) {
            prop_assert_eq!(span.len, *len);
            prop_assert_eq!(span.offset % ALIGNMENT, 0);
            prop_assert!(span.offset >= end);
            end = span.offset + span.len;
        }
        prop_assert_eq!(layout.size(), end.next_multiple_of(ALIGNMENT));
    }
}
