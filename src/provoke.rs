//! Panics on demand, so that tests see what one leaves behind. A release has nothing of it.

/// Panics where `DCVIEW_PANIC` names this place (`ui`, `task`, or the datacenter and path of a
/// list that is asked anew: `dc-2/v1/catalog/nodes`), in a debug build only.
#[cfg(debug_assertions)]
pub fn panic_in(place: &str) {
    let is_here = std::env::var_os("DCVIEW_PANIC").is_some_and(|wanted| wanted == place);
    assert!(!is_here, "provoked in the {place}");
}

/// Nothing: this is a release.
#[cfg(not(debug_assertions))]
pub fn panic_in(_place: &str) {}
