//! Servers that misbehave on purpose.
//!
//! [`FaultServer`] answers each HTTP request as a closure says, in all the ways a server can go
//! wrong; [`Proxy`] stands before a real agent as a network that can be cut, frozen, slowed and
//! mended. Both listen on a free loopback port and end with their handle.

mod proxy;
mod request;
mod server;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

pub use proxy::Proxy;
pub use request::Request;
pub use server::{FaultServer, Reply};

/// An address on which nobody listens: a connection is refused at once.
pub fn refused_addr() -> SocketAddr {
    let unused = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    unused.local_addr().expect("a bound address")
}

/// A listener on a free port, ready for the support runtime.
fn listen() -> (SocketAddr, tokio::net::TcpListener) {
    let std = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    std.set_nonblocking(true).expect("a socket that can wait");
    let addr = std.local_addr().expect("a bound address");
    let _inside = super::runtime::runtime().enter();
    (addr, tokio::net::TcpListener::from_std(std).expect("a listener"))
}

/// Closes a connection so that the other side sees a reset, not an end.
fn reset(stream: tokio::net::TcpStream) {
    // It can only fail on a socket that is gone already, which is what is wanted.
    let _ = stream.set_zero_linger();
    drop(stream);
}
