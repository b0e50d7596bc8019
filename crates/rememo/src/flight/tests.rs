//! Tests of single-flight: by hand on one thread, and with real ones.

use std::sync::Barrier;
use std::sync::atomic::AtomicUsize;
use std::thread;

use super::*;

const LONG: Duration = Duration::from_secs(60);

fn key(name: &str) -> FlightKey {
    (7, Digest::of(name.as_bytes()))
}

#[track_caller]
fn lead(flights: &Flights, name: &str, owner: Owner) {
    assert!(matches!(flights.claim(key(name), owner), Claim::Lead));
}

#[track_caller]
fn wait<'a>(flights: &'a Flights, name: &str, owner: Owner) -> Ticket<'a> {
    match flights.claim(key(name), owner) {
        Claim::Wait(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_leads_and_the_others_wait_until_it_finishes() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    let ticket = wait(&flights, "a", 2);
    assert!(!ticket.wait(Duration::ZERO));
    assert_eq!(flights.leader(key("a")), Some(1));
    assert!(flights.finish(key("a"), 1));
    assert!(ticket.wait(Duration::ZERO) && ticket.is_over());
    lead(&flights, "a", 2);
}

#[test]
fn only_the_leader_finishes() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    assert!(!flights.finish(key("a"), 2));
    assert!(flights.finish(key("a"), 1));
    assert!(!flights.finish(key("a"), 1));
    assert!(flights.is_empty());
}

#[test]
fn stores_keep_their_keys_apart() {
    let flights = Flights::new();
    let digest = Digest::of(b"a");
    assert!(matches!(flights.claim((1, digest), 1), Claim::Lead));
    assert!(matches!(flights.claim((2, digest), 2), Claim::Lead));
}

#[test]
fn a_computation_that_needs_itself_computes_again() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    lead(&flights, "b", 1);
    assert!(matches!(flights.claim(key("a"), 1), Claim::Reentrant));
    assert!(flights.finish(key("b"), 1) && flights.finish(key("a"), 1));
}

#[test]
fn two_owners_that_need_each_other_do_not_both_wait() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    lead(&flights, "b", 2);
    let _ticket = wait(&flights, "b", 1);
    assert!(matches!(flights.claim(key("a"), 2), Claim::WouldDeadlock));
}

#[test]
fn a_ring_of_owners_is_seen_and_a_chain_is_none() {
    let flights = Flights::new();
    let names: Vec<String> = (0..50).map(|owner| format!("key {owner}")).collect();
    for (owner, name) in names.iter().enumerate() {
        lead(&flights, name, owner as Owner);
    }
    let _tickets: Vec<Ticket<'_>> =
        (1..50).map(|owner| wait(&flights, &names[owner], owner as Owner - 1)).collect();
    assert!(matches!(flights.claim(key("key 0"), 49), Claim::WouldDeadlock));
    // Somebody from outside may wait for any of them.
    let _ticket = wait(&flights, "key 0", 50);
}

#[test]
fn a_wait_that_is_over_or_given_up_is_none() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    lead(&flights, "b", 2);
    drop(wait(&flights, "b", 1));
    drop(wait(&flights, "a", 2));
    let ticket = wait(&flights, "b", 1);
    flights.stop_waiting(1);
    let other = wait(&flights, "a", 2);
    drop(other);
    // Dropping an old ticket does not take down a newer wait.
    flights.finish(key("b"), 2);
    lead(&flights, "c", 2);
    let newer = wait(&flights, "c", 1);
    drop(ticket);
    assert!(matches!(flights.claim(key("a"), 2), Claim::WouldDeadlock));
    drop(newer);
}

#[test]
fn a_waiter_that_has_not_woken_yet_does_not_wait_for_the_next_leader() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    lead(&flights, "b", 2);
    let over = wait(&flights, "b", 1);
    flights.finish(key("b"), 2);
    // 3 computes b anew; 1 still holds its ticket for the run that is over.
    lead(&flights, "b", 3);
    let _ticket = wait(&flights, "a", 3);
    assert!(over.is_over());
}

#[test]
fn who_cannot_block_is_called() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    let ticket = wait(&flights, "a", 2);
    let calls = Arc::new(AtomicUsize::new(0));
    let count = || {
        let calls = Arc::clone(&calls);
        Box::new(move || {
            calls.fetch_add(1, Ordering::SeqCst);
        })
    };
    ticket.on_landing(count());
    ticket.on_landing(count());
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    flights.finish(key("a"), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    ticket.on_landing(count());
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[test]
fn a_call_at_landing_may_claim() {
    let flights: &'static Flights = Box::leak(Box::default());
    lead(flights, "a", 1);
    let ticket = wait(flights, "a", 2);
    ticket.on_landing(Box::new(|| {
        assert!(matches!(flights.claim(key("a"), 3), Claim::Lead));
    }));
    flights.finish(key("a"), 1);
    assert_eq!(flights.leader(key("a")), Some(3));
}

#[test]
fn after_a_reset_nothing_is_under_way_even_if_the_lock_was_held() {
    let flights = Flights::new();
    lead(&flights, "a", 1);
    let held = flights.table();
    flights.reset();
    lead(&flights, "a", 2);
    assert!(!flights.finish(key("a"), 1));
    assert!(flights.finish(key("a"), 2));
    drop(held);
}

#[test]
fn thirty_two_threads_on_one_key_compute_once() {
    let flights = Flights::new();
    let (runs, result) = (AtomicUsize::new(0), Mutex::new(None));
    let start = Barrier::new(32);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                let owner = new_owner();
                start.wait();
                loop {
                    if let Some(value) = *lock(&result) {
                        assert_eq!(value, 42);
                        return;
                    }
                    match flights.claim(key("a"), owner) {
                        Claim::Lead => {
                            // Another may have finished since the look-up.
                            if lock(&result).is_none() {
                                runs.fetch_add(1, Ordering::SeqCst);
                                thread::sleep(Duration::from_millis(20));
                                *lock(&result) = Some(42);
                            }
                            flights.finish(key("a"), owner);
                        }
                        Claim::Wait(ticket) => assert!(ticket.wait(LONG)),
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert!(flights.is_empty());
}

#[test]
fn threads_that_need_each_others_keys_all_come_to_an_end() {
    // Each thread computes its own key and needs the next one's, all the way round.
    const THREADS: usize = 8;
    let flights = Flights::new();
    let detours = AtomicUsize::new(0);
    for _ in 0..20 {
        let start = Barrier::new(THREADS);
        let names: Vec<String> = (0..THREADS).map(|at| format!("key {at}")).collect();
        thread::scope(|scope| {
            for at in 0..THREADS {
                let (names, start, flights, detours) = (&names, &start, &flights, &detours);
                scope.spawn(move || {
                    let owner = new_owner();
                    lead(flights, &names[at], owner);
                    start.wait();
                    match flights.claim(key(&names[(at + 1) % THREADS]), owner) {
                        Claim::Wait(ticket) => assert!(ticket.wait(LONG)),
                        Claim::WouldDeadlock => {
                            detours.fetch_add(1, Ordering::SeqCst);
                        }
                        Claim::Lead => {
                            flights.finish(key(&names[(at + 1) % THREADS]), owner);
                        }
                        other => panic!("{other:?}"),
                    }
                    flights.finish(key(&names[at]), owner);
                });
            }
        });
        assert!(flights.is_empty());
    }
    // In each round the last to claim finds the ring closed, and nobody else.
    assert_eq!(detours.load(Ordering::SeqCst), 20);
}
