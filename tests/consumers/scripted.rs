//! DNS servers and load balancers that misbehave, each in its own way.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dcview::consumers::dns::{DnsError, Kind, ask};
use dcview::consumers::{Http, haproxy};
use dcview::domain::consumers::Balancer;
use dcview::domain::consumers::dns::{Carrier, Code, Reply};
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record};

use super::support::fault::{FaultServer, Reply as Answer};
use super::support::runtime::runtime;

/// Asks one server by one carrier.
fn asked(server: SocketAddr, carrier: Carrier) -> Result<Reply, DnsError> {
    let name = "web.service.dc-1.consul";
    runtime().block_on(ask(&server.to_string(), name, Kind::A, carrier))
}

/// A server on UDP that answers each datagram with these, made from the question.
fn udp(answers: impl Fn(Message) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("its address");
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            let question = Message::from_vec(&bytes[..length]).expect("a question");
            for answer in answers(question) {
                socket.send_to(&answer, from).expect("it listens");
            }
        }
    });
    address
}

/// A server on TCP that answers the first question of each connection with these bytes.
fn tcp(answer: impl Fn(Message) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut length = [0; 2];
            stream.read_exact(&mut length).expect("a length");
            let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut bytes).expect("a question");
            let question = Message::from_vec(&bytes).expect("a question");
            // Whoever asked may be gone.
            let _ = stream.write_all(&answer(question));
        }
    });
    address
}

/// An honest answer of so many addresses.
fn honest(question: &Message, addresses: u8) -> Message {
    let mut message = question.clone();
    message.metadata.message_type = MessageType::Response;
    message.edns = None;
    let name = question.queries[0].name().clone();
    for n in 1..=addresses {
        let data = RData::A(A::new(10, 0, 0, n));
        message.add_answer(Record::from_rdata(name.clone(), 5, data));
    }
    message
}

fn wire(message: &Message) -> Vec<u8> {
    message.to_vec().expect("bytes")
}

fn framed(message: &Message) -> Vec<u8> {
    let bytes = wire(message);
    let mut framed = (bytes.len() as u16).to_be_bytes().to_vec();
    framed.extend(bytes);
    framed
}

fn why(error: &DnsError) -> &str {
    &error.0
}

#[test]
fn what_is_no_answer_is_passed_over_until_one_comes() {
    let server = udp(|question| {
        let mut other_id = honest(&question, 1);
        other_id.metadata.id = question.metadata.id.wrapping_add(1);
        let mut other_name = honest(&question, 1);
        other_name.queries[0].set_name(Name::from_ascii("evil.consul.").expect("a name"));
        let mut no_response = honest(&question, 1);
        no_response.metadata.message_type = MessageType::Query;
        let garbage = vec![0xff; 7];
        vec![
            garbage,
            wire(&other_id),
            wire(&other_name),
            wire(&no_response),
            wire(&honest(&question, 3)),
        ]
    });
    let reply = asked(server, Carrier::Edns).expect("the honest answer");
    assert_eq!((reply.code.word(), reply.answers.len(), reply.ttl()), ("NOERROR", 3, Some(5)));
    assert!(!reply.is_truncated);
}

#[test]
fn garbage_alone_silence_and_nobody_are_told_apart() {
    let began = Instant::now();
    let garbage = udp(|_| vec![b"what".to_vec()]);
    assert_eq!(why(&asked(garbage, Carrier::Udp).unwrap_err()), "what came is no answer");
    let silent = udp(|_| Vec::new());
    assert_eq!(why(&asked(silent, Carrier::Udp).unwrap_err()), "no answer in time");
    let nobody = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    assert_eq!(why(&asked(nobody, Carrier::Udp).unwrap_err()), "connection refused");
    assert_eq!(why(&asked(nobody, Carrier::Tcp).unwrap_err()), "connection refused");
    assert!(began.elapsed() < Duration::from_secs(15), "each question ends");
}

#[test]
fn a_lost_datagram_is_sent_again() {
    let first = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let server = udp(move |question| {
        let is_first = first.swap(false, std::sync::atomic::Ordering::Relaxed);
        if is_first { Vec::new() } else { vec![wire(&honest(&question, 1))] }
    });
    assert_eq!(asked(server, Carrier::Udp).expect("an answer").answers.len(), 1);
}

#[test]
fn truncation_and_refusals_are_part_of_the_answer() {
    let cut = udp(|question| {
        let mut message = honest(&question, 3);
        message.metadata.truncation = true;
        vec![wire(&message)]
    });
    let reply = asked(cut, Carrier::Udp).expect("an answer");
    assert!(reply.is_truncated && reply.answers.len() == 3);
    let refuses = udp(|question| {
        let mut message = honest(&question, 0);
        message.metadata.response_code = ResponseCode::Refused;
        vec![wire(&message)]
    });
    let reply = asked(refuses, Carrier::Udp).expect("an answer");
    assert_eq!(reply.code, Code::Other("REFUSED".into()));
}

#[test]
fn a_stream_that_is_cut_off_or_lies_is_no_answer() {
    let whole = tcp(|question| framed(&honest(&question, 9)));
    assert_eq!(asked(whole, Carrier::Tcp).expect("an answer").answers.len(), 9);
    let cut = tcp(|question| framed(&honest(&question, 9))[..20].to_vec());
    assert_eq!(why(&asked(cut, Carrier::Tcp).unwrap_err()), "connection closed");
    let other = tcp(|question| {
        let mut message = honest(&question, 1);
        message.metadata.id = question.metadata.id.wrapping_add(1);
        framed(&message)
    });
    assert_eq!(why(&asked(other, Carrier::Tcp).unwrap_err()), "what came is no answer");
    let web = tcp(|_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    assert_eq!(why(&asked(web, Carrier::Tcp).unwrap_err()), "connection closed");
}

/// Asks a load balancer at this address.
fn stats(address: &str) -> Result<usize, String> {
    let of = Balancer {
        name: "edge".into(),
        dc: "dc-1".into(),
        address: address.into(),
        auth: None,
        backends: std::collections::BTreeMap::new(),
    };
    let servers = runtime().block_on(haproxy::servers(&Http::default(), &of));
    servers.map(|all| all.len()).map_err(|why| why.to_string())
}

#[test]
fn a_balancer_that_misbehaves_says_how() {
    let csv = "# pxname,svname,status,type,\nweb,web-1,UP,2,\n";
    let of = |answer: Answer| {
        let server = FaultServer::start(move |_| answer.clone());
        stats(&format!("{}/stats", server.url()))
    };
    let err = |text: &str| Err(text.to_owned());
    assert_eq!(of(Answer::text(200, csv)), Ok(1));
    assert_eq!(of(Answer::text(200, "<html>")), err("what came is no HAProxy statistics"));
    assert_eq!(of(Answer::text(200, "# a,b\n")), err("the statistics lack a column"));
    assert_eq!(of(Answer::text(503, "")), err("HTTP 503"));
    // It must not lead elsewhere.
    let elsewhere = Answer::text(302, "").header("Location", "http://127.0.0.1:1/");
    assert_eq!(of(elsewhere), err("HTTP 302"));
    assert_eq!(of(Answer::Silence), err("no answer in time"));
    let cut = Answer::Truncated { body: csv.to_owned(), after: 12 };
    assert!(of(cut).is_err());
    assert!(of(Answer::Reset).is_err());
    assert_eq!(stats("http://127.0.0.1:1/stats"), err("connection refused"));
    assert_eq!(stats("unix:///nowhere/admin.sock"), err("there is no such socket"));
}
