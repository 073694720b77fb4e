//! Free ports on loopback for one agent.
//!
//! They are the kernel's choice, free for TCP and UDP (gossip uses both) when handed over. Between
//! that and the agent's own bind somebody else may take one: the start is then repeated.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// The ports of one agent.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub http: u16,
    pub https: u16,
    pub server: u16,
    pub serf_lan: u16,
    pub serf_wan: u16,
    pub dns: u16,
}

impl Ports {
    /// Six ports that nobody listens on now.
    pub fn free() -> Self {
        // All are held until the last is chosen, or the kernel might name one twice.
        let held: [(TcpListener, UdpSocket); 6] = std::array::from_fn(|_| pair());
        let [http, https, server, serf_lan, serf_wan, dns] =
            held.each_ref().map(|(tcp, _)| tcp.local_addr().expect("a bound address").port());
        Self { http, https, server, serf_lan, serf_wan, dns }
    }
}

fn pair() -> (TcpListener, UdpSocket) {
    for _ in 0..100 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = tcp.local_addr().expect("a bound address").port();
        if let Ok(udp) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            return (tcp, udp);
        }
    }
    panic!("no port is free for TCP and UDP at once");
}
