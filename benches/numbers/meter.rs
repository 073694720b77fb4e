//! A network that counts the requests which go through it, by datacenter and path.
//!
//! It stands between dcview and the agent and passes bytes on as they are. A connection carries one
//! request at a time and only requests without a body, so each end of headers is a request.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Requests so far, by target (path and query).
type Counts = Arc<Mutex<BTreeMap<String, usize>>>;

/// The counting network. Its threads end with the connections, at the latest with the program.
pub struct Meter {
    address: SocketAddr,
    counts: Counts,
}

impl Meter {
    /// Stands before `agent` (host and port).
    pub fn to(agent: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let counts = Counts::default();
        let (agent, all) = (agent.to_owned(), Arc::clone(&counts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&agent) else { continue };
                carry(client, server, Arc::clone(&all));
            }
        });
        Self { address, counts }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many requests so far were meant for a datacenter and began with a path.
    pub fn count(&self, dc: &str, path: &str) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let query = format!("dc={dc}");
        let meant = |target: &str| {
            let (_, parameters) = target.split_once('?').unwrap_or_default();
            target.starts_with(path) && parameters.split('&').any(|parameter| parameter == query)
        };
        counts.iter().filter(|(target, _)| meant(target)).map(|(_, count)| count).sum()
    }
}

fn carry(client: TcpStream, server: TcpStream, counts: Counts) {
    let (Ok(mut back), Ok(mut from)) = (client.try_clone(), server.try_clone()) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = pass(client, &server, &counts);
        let _ = server.shutdown(Shutdown::Both);
    });
}

/// Passes requests on and counts each when its headers are whole.
fn pass(mut client: TcpStream, mut server: &TcpStream, counts: &Counts) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    let mut head = Vec::new();
    loop {
        let length = client.read(&mut buffer)?;
        let Some(piece) = buffer.get(..length).filter(|piece| !piece.is_empty()) else {
            return Ok(());
        };
        head.extend_from_slice(piece);
        if head.ends_with(b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&head);
            let target = text.split(' ').nth(1).unwrap_or_default().to_owned();
            *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(target).or_default() += 1;
            head.clear();
        }
        server.write_all(piece)?;
    }
}
