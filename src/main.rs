//! The binary: everything is in the library.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// It gives back what was freed. Of ten minutes of a busy cluster the usual one kept three times as much
/// as history may take, nearly all of it free (measured by the benchmark: 217 MB more, against 71).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    dcview::shell::main(std::env::args_os())
}
