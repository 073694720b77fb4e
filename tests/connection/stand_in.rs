//! A server that stands in for an agent and does exactly one thing to every connection.
//!
//! It keeps what it was sent, so that a test can also prove that nothing was.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it does once the head of a request is there.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    /// Sends these bytes and closes.
    Say(&'static str),
    /// Sends a head, then `x` without end.
    Flood,
    /// Closes with the request unread, which resets the connection.
    Reset,
    /// Nothing, and keeps the connection.
    Silence,
}

/// A listening stand-in; its thread ends with the test process.
pub struct StandIn {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Listens on a free port of loopback.
    pub fn start(deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&heard);
        thread::spawn(move || {
            // Silent connections must stay open: dropping one would be an answer.
            let mut kept = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                kept.extend(serve(stream, deed, &shared));
            }
        });
        Self { address, heard }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The heads of all requests so far.
    pub fn heard(&self) -> Vec<String> {
        self.heard
            .lock()
            .expect("no test panics holding it")
            .clone()
    }
}

/// Does the deed; gives the connection back when it is to stay open.
fn serve(mut stream: TcpStream, deed: Deed, heard: &Mutex<Vec<String>>) -> Option<TcpStream> {
    if matches!(deed, Deed::Reset) {
        let mut first = [0];
        let _ = stream.read(&mut first);
        return None;
    }
    let head = head(&mut stream);
    heard.lock().expect("no test panics holding it").push(head);
    match deed {
        Deed::Say(bytes) => {
            let _ = stream.write_all(bytes.as_bytes());
            let _ = stream.shutdown(Shutdown::Write);
            None
        }
        Deed::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            let block = vec![b'x'; 1 << 20];
            while stream.write_all(&block).is_ok() {}
            None
        }
        Deed::Silence | Deed::Reset => Some(stream),
    }
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}
