//! Asking a DNS server, one question at a time: by UDP with and without EDNS, and by TCP.
//!
//! Messages are read and written by `hickory-proto`; there is no resolver and no cache here. An
//! answer counts only if it is one to the very question: its id, name and kind. Whatever else comes
//! is passed over until the time is up. Invariant: every question ends within three seconds.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout, timeout_at};

use crate::domain::consumers::dns::{Carrier, Code, Data, Record, Reply};

/// How long one try may take.
const PATIENCE: Duration = Duration::from_millis(1500);
/// A datagram may be lost: it is sent so many times.
const TRIES: usize = 2;
/// How long an answer may be with EDNS: what fits a path without being cut to pieces.
const EDNS_SIZE: u16 = 1232;
/// Consul closes a connection after 128 questions.
pub(super) const MOST_ON_ONE: usize = 100;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Services.
    Srv,
}

/// Why there is no answer, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsError(pub Arc<str>);

impl DnsError {
    fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    fn of(error: &io::Error) -> Self {
        Self::new(match error.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused",
            io::ErrorKind::ConnectionReset => "connection reset",
            io::ErrorKind::UnexpectedEof => "connection closed",
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no way there",
            _ => "cannot be asked",
        })
    }
}

/// A question as it goes out, and what its answer must have.
pub(super) struct Question {
    id: u16,
    query: Query,
    wire: Vec<u8>,
}

impl Question {
    /// A question for `name`.
    pub(super) fn new(name: &str, kind: Kind, carrier: Carrier) -> Result<Self, DnsError> {
        let kind = match kind {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Srv => RecordType::SRV,
        };
        let unusable = |_| DnsError::new("no name for DNS");
        let mut name = Name::from_ascii(name).map_err(unusable)?;
        name.set_fqdn(true);
        // Its id is of the library's own choice, at random.
        let mut message = Message::query();
        let id = message.metadata.id;
        let query = Query::query(name, kind);
        message.metadata.recursion_desired = true;
        message.add_query(query.clone());
        if carrier == Carrier::Edns {
            let mut edns = Edns::new();
            edns.set_max_payload(EDNS_SIZE);
            message.set_edns(edns);
        }
        let wire = message.to_vec().map_err(unusable)?;
        Ok(Self { id, query, wire })
    }

    /// With two bytes of length in front, as TCP wants it.
    pub(super) fn framed(&self) -> Vec<u8> {
        let length = u16::try_from(self.wire.len()).unwrap_or_default();
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend_from_slice(&self.wire);
        framed
    }

    /// Reads an answer; `None` when it is none to this question.
    pub(super) fn read(&self, bytes: &[u8], took: Duration) -> Option<Reply> {
        let message = Message::from_vec(bytes).ok()?;
        let metadata = &message.metadata;
        let is_mine = metadata.id == self.id
            && metadata.message_type == MessageType::Response
            && metadata.op_code == OpCode::Query
            && message.queries.first().is_none_or(|query| is_same(query, &self.query));
        is_mine.then(|| reply(&message, took))
    }
}

/// Asks once.
///
/// # Errors
/// Why there is no answer.
pub async fn ask(
    server: &str,
    name: &str,
    kind: Kind,
    carrier: Carrier,
) -> Result<Reply, DnsError> {
    let question = Question::new(name, kind, carrier)?;
    let server = address(server).await?;
    match carrier {
        Carrier::Udp | Carrier::Edns => by_udp(server, &question).await,
        Carrier::Tcp => by_tcp(server, &question).await,
    }
}

/// The address behind `host:port`.
///
/// # Errors
/// When the host has none.
pub(super) async fn address(server: &str) -> Result<SocketAddr, DnsError> {
    if let Ok(address) = server.parse() {
        return Ok(address);
    }
    let found = timeout(PATIENCE, tokio::net::lookup_host(server)).await;
    let mut found = found.ok().and_then(Result::ok).into_iter().flatten();
    found.next().ok_or_else(|| DnsError::new("the server's name has no address"))
}

async fn by_udp(server: SocketAddr, question: &Question) -> Result<Reply, DnsError> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let broken = |error: io::Error| DnsError::of(&error);
    let socket = UdpSocket::bind(own).await.map_err(broken)?;
    // Datagrams of others do not arrive.
    socket.connect(server).await.map_err(broken)?;
    let mut has_garbage = false;
    for _ in 0..TRIES {
        let began = Instant::now();
        socket.send(&question.wire).await.map_err(broken)?;
        let mut bytes = vec![0; usize::from(u16::MAX)];
        while let Ok(received) = timeout_at(began + PATIENCE, socket.recv(&mut bytes)).await {
            let length = received.map_err(broken)?;
            let bytes = bytes.get(..length).unwrap_or_default();
            match question.read(bytes, began.elapsed()) {
                Some(reply) => return Ok(reply),
                None => has_garbage = true,
            }
        }
    }
    Err(unanswered(has_garbage))
}

async fn by_tcp(server: SocketAddr, question: &Question) -> Result<Reply, DnsError> {
    let began = Instant::now();
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(&question.framed()).await?;
        read_framed(&mut stream).await
    };
    let bytes = timeout(PATIENCE * 2, exchange).await.map_err(|_| unanswered(false))?;
    let bytes = bytes.map_err(|error| DnsError::of(&error))?;
    question.read(&bytes, began.elapsed()).ok_or_else(|| unanswered(true))
}

/// One message of a TCP stream.
pub(super) async fn read_framed(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn unanswered(has_garbage: bool) -> DnsError {
    DnsError::new(if has_garbage { "what came is no answer" } else { "no answer in time" })
}

fn is_same(a: &Query, b: &Query) -> bool {
    a.query_type() == b.query_type() && a.name().eq_ignore_root(b.name())
}

fn reply(message: &Message, took: Duration) -> Reply {
    let code = match message.metadata.response_code {
        ResponseCode::NoError => Code::NoError,
        ResponseCode::NXDomain => Code::NxDomain,
        other => Code::Other(format!("{other:?}").to_uppercase().into()),
    };
    let read = |records: &[hickory_proto::rr::Record]| records.iter().filter_map(record).collect();
    Reply {
        code,
        answers: read(&message.answers),
        extra: read(&message.additionals),
        is_truncated: message.metadata.truncation,
        took,
    }
}

fn record(record: &hickory_proto::rr::Record) -> Option<Record> {
    let text = |name: &Name| Arc::from(name.to_ascii().trim_end_matches('.'));
    let data = match &record.data {
        RData::A(it) => Data::Address(it.0.into()),
        RData::AAAA(it) => Data::Address(it.0.into()),
        RData::SRV(it) => {
            Data::Service { target: text(&it.target), port: it.port, weight: it.weight }
        }
        RData::CNAME(it) => Data::Name(text(&it.0)),
        _ => return None,
    };
    Some(Record { name: text(&record.name), ttl: record.ttl, data })
}

/// How long a connection for many questions may take.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// Asks for many names over one connection; what it gives is in their order.
pub(super) async fn ask_many(
    server: &str,
    names: &[&str],
    kind: Kind,
) -> Vec<Result<Reply, DnsError>> {
    let questions: Vec<Result<Question, DnsError>> =
        names.iter().map(|name| Question::new(name, kind, Carrier::Tcp)).collect();
    let mut replies: HashMap<usize, Reply> = HashMap::new();
    let exchange = exchange(server, &questions, &mut replies);
    let ended = match timeout(LONG_PATIENCE, exchange).await {
        Ok(Ok(())) => unanswered(true),
        Ok(Err(error)) => error,
        Err(_) => unanswered(false),
    };
    let each = questions.into_iter().enumerate();
    let answer = |(place, question): (usize, Result<Question, DnsError>)| {
        question?;
        replies.remove(&place).ok_or_else(|| ended.clone())
    };
    each.map(answer).collect()
}

/// Sends all questions and reads what comes until each has an answer.
async fn exchange(
    server: &str,
    questions: &[Result<Question, DnsError>],
    replies: &mut HashMap<usize, Reply>,
) -> Result<(), DnsError> {
    let broken = |error: io::Error| DnsError::of(&error);
    let asked: Vec<(usize, &Question)> = questions
        .iter()
        .enumerate()
        .filter_map(|(place, question)| Some((place, question.as_ref().ok()?)))
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let began = Instant::now();
    let mut stream = TcpStream::connect(address(server).await?).await.map_err(broken)?;
    let wire: Vec<u8> = asked.iter().flat_map(|(_, question)| question.framed()).collect();
    stream.write_all(&wire).await.map_err(broken)?;
    let mut stream = BufReader::new(stream);
    // Ids are drawn at random and may come twice: the name tells such questions apart.
    for _ in 0..asked.len() {
        let bytes = read_framed(&mut stream).await.map_err(broken)?;
        let is_open = |(place, _): &&(usize, &Question)| !replies.contains_key(place);
        let mut open = asked.iter().filter(is_open);
        let mine = open
            .find_map(|(place, question)| Some((*place, question.read(&bytes, began.elapsed())?)));
        replies.extend(mine);
    }
    Ok(())
}
