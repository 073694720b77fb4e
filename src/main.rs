//! The binary: everything is in the library.

use std::process::ExitCode;

/// It gives back what was freed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dcview::shell::main(std::env::args_os())
}
