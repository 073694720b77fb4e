//! Asking Nomad about an allocation, at the address that it registers in the catalog.
//!
//! Anybody who may register a service can name an address there: it is asked by plain HTTP without any
//! token. Where Nomad wants one, its page can still be opened.

use std::sync::Arc;

use super::http::{Http, Refused};
use crate::clock;
use crate::consul::{Client, encode_segment, read};
use crate::domain::consumers::Answer;
use crate::domain::ids::ServiceName;
use crate::domain::nomad::{Allocation, AllocationId, Told};

/// The services that Nomad's agents register, servers first.
const SERVICES: [&str; 2] = ["nomad", "nomad-client"];
/// The tag of its HTTP API.
const HTTP: &str = "http";

/// What Nomad says of an allocation now.
pub async fn allocation(client: &Client, http: &Http, id: &AllocationId) -> Allocation {
    let mut found = Allocation { id: id.clone(), nomad: None, told: Answer::default() };
    for service in SERVICES {
        let query = read::service_instances(&ServiceName::from(service), &Arc::default());
        let all = query.fetch(client).await.map(|(all, _)| all).unwrap_or_default();
        for it in all.iter().filter(|it| it.tags.iter().any(|tag| **tag == *HTTP)) {
            let nomad: Arc<str> = format!("http://{}", it.endpoint()).into();
            let url = format!("{nomad}/v1/allocation/{}", encode_segment(&id.0));
            let told = ask(http, &url).await;
            let is_told = told.is_ok();
            if is_told || found.nomad.is_none() {
                found.nomad = Some(nomad);
                found.told = match told {
                    Ok(told) => Answer::new(told, clock::now()),
                    Err(why) => Answer::failed(why, clock::now()),
                };
            }
            if is_told {
                return found;
            }
        }
    }
    found
}

async fn ask(http: &Http, url: &str) -> Result<Told, Refused> {
    let body = http.get(url, None).await?;
    Told::read(&body).map_err(|_| "what came is no allocation".into())
}
