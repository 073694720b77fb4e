//! What is written outside of the screen, before it opens or after it closed.

use std::io::{self, Write};

/// One line for the user on stderr, behind the program's name.
pub fn say(message: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "dcview: {message}");
}

/// An answer on stdout.
pub fn print(text: &str) {
    let _ = writeln!(io::stdout(), "{}", text.trim_end());
}

/// Where answers go.
pub fn out() -> impl Write {
    io::stdout().lock()
}
