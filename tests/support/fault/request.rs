//! A request as a server sees it; just enough of HTTP/1.1 for a test.

use std::io;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// One whole request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which request of this server it is, from 0.
    pub number: usize,
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value; names are compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut same = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| value.as_str())
    }

    /// A query parameter's value, still encoded; empty for one without a value.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Reads the next request; `None` when the client has closed.
    pub(super) async fn read(
        stream: &mut TcpStream,
        rest: &mut Vec<u8>,
    ) -> io::Result<Option<Self>> {
        let head = loop {
            if let Some(end) = rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break rest.drain(..end + 4).collect::<Vec<_>>();
            }
            if stream.read_buf(rest).await? == 0 {
                return Ok(None);
            }
        };
        let mut request = Self::parse(&String::from_utf8_lossy(&head));
        let length = request.header("content-length").and_then(|text| text.parse().ok());
        let length = length.unwrap_or(0);
        while rest.len() < length {
            if stream.read_buf(rest).await? == 0 {
                return Ok(None);
            }
        }
        request.body = rest.drain(..length).collect();
        Ok(Some(request))
    }

    fn parse(head: &str) -> Self {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let pairs = lines.filter_map(|line| line.split_once(':'));
        Self {
            number: 0,
            method: words.next().unwrap_or_default(),
            path: words.next().unwrap_or_default(),
            headers: pairs
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }
}
