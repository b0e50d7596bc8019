//! Tests of the readers of durations and byte counts.

use proptest::prelude::*;

use super::*;

fn nanos(text: &str) -> u128 {
    parse_duration(text).unwrap().as_nanos()
}

#[test]
fn durations_are_read_with_their_units() {
    let second = 1_000_000_000;
    for (text, expected) in [
        ("45s", 45 * second),
        ("1h30m", 5400 * second),
        ("1 h 30 min", 5400 * second),
        ("2d", 2 * 86_400 * second),
        ("1w", 7 * 86_400 * second),
        ("500ms", second / 2),
        ("1.5h", 5400 * second),
        ("0.25s", second / 4),
        (" 3s ", 3 * second),
        ("1s5ns", second + 5),
        ("7us", 7000),
        ("7µs", 7000),
        ("0s", 0),
        ("1.50000000000000000000s", 3 * second / 2),
    ] {
        assert_eq!(nanos(text), expected, "{text}");
    }
}

#[test]
fn byte_counts_are_read_with_their_units() {
    for (text, expected) in [
        ("512", 512),
        ("512B", 512),
        ("10 MB", 10_000_000),
        ("2GiB", 2 << 30),
        ("2gib", 2 << 30),
        ("1.5 kB", 1500),
        ("1TiB", 1 << 40),
        ("0", 0),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(parse_bytes(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_what_and_where() {
    use UnitProblem::*;
    for (text, at, problem) in [
        ("", 0, Empty),
        ("  ", 2, Empty),
        ("45", 2, NoUnit),
        ("h", 0, NoNumber),
        ("-1s", 0, NoNumber),
        (".5s", 0, NoNumber),
        ("1.s", 2, NoNumber),
        ("1h30x", 4, UnknownUnit("x".into())),
        ("µ5", 0, NoNumber),
        ("5µ", 1, UnknownUnit("µ".into())),
        ("5µs 5µ", 5, UnknownUnit("µ".into())),
        ("30m1h", 4, OutOfOrder("h".into())),
        ("1h1h", 3, OutOfOrder("h".into())),
        ("1m1min", 3, OutOfOrder("min".into())),
        ("1000w1000d999999999999h", 10, TooLarge),
        ("99999999999999999999999999999999999999999s", 0, TooLarge),
        ("0.1ns", 0, TooFine),
    ] {
        let error = parse_duration(text).unwrap_err();
        assert_eq!((error.at, error.problem), (at, problem), "{text}");
    }
    for (text, at, problem) in [
        ("", 0, Empty),
        ("MB", 0, NoNumber),
        ("2G", 1, AmbiguousUnit("G".into())),
        ("2 Gbit", 2, UnknownUnit("Gbit".into())),
        ("1MB 2", 4, SeveralNumbers),
        ("0.5B", 0, TooFine),
        ("0.3KiB", 0, TooFine),
        ("18446744073709551616", 0, TooLarge),
        ("99999999PiB", 0, TooLarge),
    ] {
        let error = parse_bytes(text).unwrap_err();
        assert_eq!((error.at, error.problem), (at, problem), "{text}");
    }
}

#[test]
fn the_message_has_observation_place_consequence_and_remedy() {
    assert_eq!(
        parse_duration("1h30x").unwrap_err().to_string(),
        "there is no unit \"x\" in \"1h30x\" at character 5, so it is not a duration; write \
         numbers with the units w, d, h, m, s, ms, us or ns, largest first, such as \"1h30m\" \
         or \"45s\""
    );
}

#[test]
fn durations_are_spoken_in_one_unit() {
    for (millis, said) in [
        (12, "12 ms"),
        (2_500, "2.5 s"),
        (45_000, "45 s"),
        (240_000, "4 min"),
        (3 * 3_600_000, "3 h"),
        (3 * 86_400_000, "3 days"),
    ] {
        assert_eq!(Spoken(Duration::from_millis(millis)).to_string(), said);
    }
}

proptest! {
    #[test]
    fn nothing_makes_the_readers_panic(text in "\\PC*") {
        let _ = parse_duration(&text);
        let _ = parse_bytes(&text);
    }

    #[test]
    fn odd_texts_of_the_right_letters_do_not_either(text in "[0-9. hmsdwGiBµ]{0,12}") {
        let _ = parse_duration(&text);
        let _ = parse_bytes(&text);
    }

    #[test]
    fn a_duration_written_in_parts_is_their_sum(
        h in 0_u64..1000, m in 0_u64..100, s in 0_u64..100, ms in 0_u64..2000,
    ) {
        let expected = u128::from(h * 3_600_000 + m * 60_000 + s * 1000 + ms) * 1_000_000;
        prop_assert_eq!(nanos(&format!("{h}h{m}m{s}s{ms}ms")), expected);
    }
}
