//! HAProxy's statistics: over HTTP, or over its admin socket on this machine.
//!
//! Nothing but reading: a GET, and `show stat`.

use std::io;
use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::http::{Http, LONGEST, PATIENCE, Refused, in_words};
use crate::domain::consumers::Balancer;
use crate::domain::consumers::balancer::{self, Server};

/// The servers of a load balancer now.
///
/// # Errors
/// Why they cannot be had.
pub async fn servers(http: &Http, of: &Balancer) -> Result<Vec<Server>, Refused> {
    let body = match of.address.strip_prefix("unix://") {
        Some(path) => by_socket(Path::new(path)).await?,
        None => {
            let url = format!("{};csv", of.address);
            http.get(&url, of.auth.as_deref()).await.map_err(|why| wants(why, of))?
        }
    };
    balancer::read(&String::from_utf8_lossy(&body)).map_err(Refused::from)
}

/// A refusal, with what it takes.
fn wants(why: Refused, of: &Balancer) -> Refused {
    match (&*why, &of.auth) {
        ("HTTP 401", None) => "HTTP 401: it wants a user and a password ('auth')".into(),
        ("HTTP 401", Some(_)) => "HTTP 401: it does not take 'auth'".into(),
        _ => why,
    }
}

async fn by_socket(path: &Path) -> Result<Vec<u8>, Refused> {
    let exchange = async {
        let mut stream = UnixStream::connect(path).await?;
        stream.write_all(b"show stat\n").await?;
        let mut body = Vec::new();
        (&mut stream).take(LONGEST as u64 + 1).read_to_end(&mut body).await?;
        Ok::<_, io::Error>(body)
    };
    let body = timeout(PATIENCE, exchange).await.map_err(|_| "no answer in time")?;
    let body = body.map_err(|error| in_words(&error))?;
    if body.len() > LONGEST {
        return Err("the statistics are too long".into());
    }
    Ok(body)
}
