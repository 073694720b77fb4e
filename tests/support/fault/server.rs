//! An HTTP server whose every answer a test decides.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::request::Request;
use super::{listen, reset};
use crate::support::runtime::runtime;

/// What comes back for one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole answer.
    Answer { status: u16, headers: Vec<(String, String)>, body: String },
    /// The connection stays open and nothing ever comes.
    Silence,
    /// The connection closes without a word.
    Close,
    /// The connection is reset without a word.
    Reset,
    /// An answer that promises the whole body and ends after so many bytes of it.
    Truncated { body: String, after: usize },
    /// An answer with an index that stops after so many bytes until the rest is let go, or ends there
    /// when nobody can do so any more.
    Halted { body: String, index: u64, after: usize, is_let_go: watch::Receiver<bool> },
    /// A whole answer, one byte of its body at a time.
    Drip { body: String, every: Duration },
}

/// A server that answers by a closure, on a free port, until dropped.
pub struct FaultServer {
    addr: SocketAddr,
    seen: Arc<Seen>,
    // Its drop ends the listener and every connection.
    tasks: JoinSet<()>,
}

type Seen = Mutex<Vec<Request>>;
type Decide = dyn Fn(&Request) -> Reply + Send + Sync;

impl Reply {
    /// 200 with a JSON text (or one that only claims to be) and an index.
    pub fn json(body: &str, index: u64) -> Self {
        Self::text(200, body)
            .header("Content-Type", "application/json")
            .header("X-Consul-Index", &index.to_string())
    }

    /// Any status with a text.
    pub fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_owned() }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl FaultServer {
    /// Starts a server; `decide` may block, which holds up its own request only.
    pub fn start(decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let (addr, listener) = listen();
        let (seen, decide): (Arc<Seen>, Arc<Decide>) = (Arc::default(), Arc::new(decide));
        let mut tasks = JoinSet::new();
        let log = Arc::clone(&seen);
        let accept = async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&log), Arc::clone(&decide)));
            }
        };
        tasks.spawn_on(accept, runtime().handle());
        Self { addr, seen, tasks }
    }

    /// Gives the replies in their order, and the last one for ever.
    pub fn script(replies: Vec<Reply>) -> Self {
        assert!(!replies.is_empty(), "a script of at least one reply");
        Self::start(move |request| replies[request.number.min(replies.len() - 1)].clone())
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it listens, as a URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Every request so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>, decide: Arc<Decide>) {
    let mut rest = Vec::new();
    while let Ok(Some(mut request)) = Request::read(&mut stream, &mut rest).await {
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            request.number = seen.len();
            seen.push(request.clone());
        }
        let decide = Arc::clone(&decide);
        let Ok(reply) = tokio::task::spawn_blocking(move || decide(&request)).await else {
            return;
        };
        match reply {
            Reply::Silence => std::future::pending().await,
            Reply::Close => return,
            Reply::Reset => return reset(stream),
            Reply::Answer { status, headers, body } => {
                let answer = head(status, &headers, body.len()) + &body;
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Truncated { body, after } => {
                let mut bytes = head(200, &[], body.len()).into_bytes();
                bytes.extend(body.bytes().take(after));
                // The client may have left already; the connection ends either way.
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Halted { body, index, after, mut is_let_go } => {
                let headers = [("X-Consul-Index".to_owned(), index.to_string())];
                let answer = (head(200, &headers, body.len()) + &body).into_bytes();
                let (first, rest) = answer.split_at(answer.len() - body.len() + after);
                let halted = async {
                    stream.write_all(first).await.ok()?;
                    is_let_go.wait_for(|is_let_go| *is_let_go).await.ok()?;
                    stream.write_all(rest).await.ok()
                };
                if halted.await.is_none() {
                    return;
                }
            }
            Reply::Drip { body, every } => {
                if drip(&mut stream, &body, every).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn drip(stream: &mut TcpStream, body: &str, every: Duration) -> std::io::Result<()> {
    stream.write_all(head(200, &[], body.len()).as_bytes()).await?;
    for byte in body.bytes() {
        tokio::time::sleep(every).await;
        stream.write_all(&[byte]).await?;
    }
    Ok(())
}

fn head(status: u16, headers: &[(String, String)], length: usize) -> String {
    let mut head = format!("HTTP/1.1 {status} -\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
    }
    head + "\r\n"
}
