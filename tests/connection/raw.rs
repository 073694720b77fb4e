//! A server below HTTP: it sends the bytes it was given, whatever they are.
//!
//! For what the support code's fault server is too well-behaved to say. Its thread ends with the
//! test process.

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// What it sends once it has the head of a request.
#[derive(Clone, Copy)]
pub enum Bytes {
    /// These, and closes.
    Just(&'static str),
    /// These, and then `x` until the client has enough.
    Endless(&'static str),
}

/// Starts one on a free port of loopback, and gives its `host:port`.
pub fn serve(bytes: Bytes) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream, bytes);
        }
    });
    address
}

/// Sends and closes; a client that went away is no fault.
fn answer(mut stream: TcpStream, bytes: Bytes) {
    read_head(&mut stream);
    match bytes {
        Bytes::Just(text) => {
            let _ = stream.write_all(text.as_bytes());
        }
        Bytes::Endless(head) => {
            let _ = stream.write_all(head.as_bytes());
            let block = vec![b'x'; 1 << 20];
            while stream.write_all(&block).is_ok() {}
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
}

/// Reads to the end of a request's head, which [`super::server_name`] wants to see.
pub fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}
