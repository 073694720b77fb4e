//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    dcview::shell::main(std::env::args_os())
}
