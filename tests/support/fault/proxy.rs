//! A network between dcview and an agent that a test can break.
//!
//! It moves bytes and knows no HTTP. What was on its way when the network was frozen arrives when
//! it is mended, as on a real one.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{listen, reset};
use crate::support::runtime::runtime;

/// A forwarding listener on a free port, until dropped.
pub struct Proxy {
    addr: SocketAddr,
    network: watch::Sender<Network>,
    counts: Arc<Counts>,
    // Its drop ends the listener and every connection.
    tasks: JoinSet<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    link: Link,
    delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Whole,
    /// Connections stand and carry nothing.
    Frozen,
    /// Connections are reset, old and new.
    Cut,
}

#[derive(Default)]
struct Counts {
    made: AtomicUsize,
    open: AtomicUsize,
    peak: AtomicUsize,
    /// Bytes that went to clients.
    to_clients: AtomicUsize,
    /// All that clients said.
    said: Mutex<Vec<u8>>,
}

impl Proxy {
    /// Starts a whole network in front of `target` (host and port).
    pub fn to(target: &str) -> Self {
        let (addr, listener) = listen();
        let whole = Network { link: Link::Whole, delay: Duration::ZERO };
        let (network, watched) = watch::channel(whole);
        let counts = Arc::<Counts>::default();
        let mut tasks = JoinSet::new();
        let accept = accept(listener, target.to_owned(), watched, Arc::clone(&counts));
        tasks.spawn_on(accept, runtime().handle());
        Self { addr, network, counts, tasks }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it listens, as an HTTP URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Resets every connection, and each new one.
    pub fn cut(&self) {
        self.network.send_modify(|network| network.link = Link::Cut);
    }

    /// Lets nothing through in either direction, without telling anybody.
    pub fn freeze(&self) {
        self.network.send_modify(|network| network.link = Link::Frozen);
    }

    /// Undoes [`Proxy::cut`] and [`Proxy::freeze`].
    pub fn mend(&self) {
        self.network.send_modify(|network| network.link = Link::Whole);
    }

    /// Holds each piece back for so long, in both directions, from now on.
    pub fn delay(&self, delay: Duration) {
        self.network.send_modify(|network| network.delay = delay);
    }

    /// The heads of all requests so far, in lower case: what clients say is text.
    pub fn heads(&self) -> Vec<String> {
        let said = self.counts.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said).to_lowercase();
        text.split("\r\n\r\n").filter(|head| !head.is_empty()).map(str::to_owned).collect()
    }

    /// How many bytes went to clients so far.
    pub fn delivered(&self) -> usize {
        self.counts.to_clients.load(Ordering::SeqCst)
    }

    /// Connections made so far.
    pub fn made(&self) -> usize {
        self.counts.made.load(Ordering::SeqCst)
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// The most connections that were open at once.
    pub fn peak(&self) -> usize {
        self.counts.peak.load(Ordering::SeqCst)
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    network: watch::Receiver<Network>,
    counts: Arc<Counts>,
) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (target, network, counts) = (target.clone(), network.clone(), Arc::clone(&counts));
        connections.spawn(async move {
            let _open = Open::count(&counts);
            carry(client, &target, network, &counts).await;
        });
    }
}

async fn carry(
    mut client: TcpStream,
    target: &str,
    mut network: watch::Receiver<Network>,
    counts: &Counts,
) {
    // A frozen network lets no connection be made either, but for the kernel's own handshake.
    let Ok(Network { link: Link::Whole, .. }) = passable(&mut network).await else {
        return reset(client);
    };
    let Ok(mut server) = TcpStream::connect(target).await else {
        return reset(client);
    };
    let mut cut = network.clone();
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        _ = cut.wait_for(|network| network.link == Link::Cut) => {}
        _ = pump(from_client, to_server, network.clone(), |bytes| {
            counts.said.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        }) => {}
        _ = pump(from_server, to_client, network, |bytes| {
            counts.to_clients.fetch_add(bytes.len(), Ordering::SeqCst);
        }) => return,
    }
    reset(client);
    reset(server);
}

/// Moves bytes one way until the sender has closed.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut network: watch::Receiver<Network>,
    note: impl Fn(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        note(&buffer[..count]);
        let delay = network.borrow().delay;
        tokio::time::sleep(delay).await;
        passable(&mut network).await.map_err(io::Error::other)?;
        to.write_all(&buffer[..count]).await?;
    }
}

/// The network once it is not frozen.
async fn passable(
    network: &mut watch::Receiver<Network>,
) -> Result<Network, watch::error::RecvError> {
    network.wait_for(|network| network.link != Link::Frozen).await.map(|network| *network)
}

/// One open connection, for as long as it lives.
struct Open<'a>(&'a Counts);

impl<'a> Open<'a> {
    fn count(counts: &'a Counts) -> Self {
        counts.made.fetch_add(1, Ordering::SeqCst);
        let open = counts.open.fetch_add(1, Ordering::SeqCst) + 1;
        counts.peak.fetch_max(open, Ordering::SeqCst);
        Self(counts)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}
