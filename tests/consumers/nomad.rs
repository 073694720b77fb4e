//! The allocation and the job behind an instance, from a Nomad that registers itself in the catalog.

use dcview::consul::{Access, Address, Client, Endpoint};
use dcview::consumers::{Http, nomad};
use dcview::domain::ids::ServiceId;
use dcview::domain::nomad::{Allocation, AllocationId};

use super::pair;
use super::support::consul::{Dc, Instance};
use super::support::fault::{FaultServer, Reply};
use super::support::runtime::runtime;

const ID: &str = "_nomad-task-eb1c3bc6-7a58-913c-97c4-fbb03d37c542-group-fe-shop-fe-http";

fn asked(dc: &Dc) -> Allocation {
    let address = Address::parse(&dc.http_addr(), false).expect("an address");
    let endpoint = Endpoint { address, ..Endpoint::default() };
    let client = Client::new(&endpoint, Access::ReadOnly).expect("a client");
    let id = AllocationId::of(&ServiceId::from(ID)).expect("an allocation");
    runtime().block_on(nomad::allocation(&client, &Http::default(), &id))
}

/// Registers a Nomad at this address.
fn register(dc: &Dc, port: u16) {
    let it = Instance::new("nomad-host", "nomad", "_nomad-server-1").tag("http");
    dc.seed_at("127.0.0.1", &[Instance { port, ..it }]);
}

#[test]
fn the_catalog_leads_to_nomad_which_names_the_job() {
    let dc = pair().dc("dc-2");
    // Nomad 1.1.0, GET /v1/allocation/ID, trimmed.
    let body = r#"{"ID":"eb1c3bc6-7a58-913c-97c4-fbb03d37c542","JobID":"shop","Namespace":"default",
        "TaskGroup":"fe","NodeName":"dc1-nomad-1","JobVersion":1,"ClientStatus":"running",
        "DeploymentStatus":{"Healthy":true,"Canary":true}}"#;
    assert_eq!(asked(dc).page(), None, "no Nomad is in the catalog");
    let server = FaultServer::start(move |request| {
        let is_it = request.path == "/v1/allocation/eb1c3bc6-7a58-913c-97c4-fbb03d37c542";
        if is_it { Reply::json(body, 1) } else { Reply::text(404, "") }
    });
    register(dc, server.addr().port());
    let found = asked(dc);
    let told = found.told.now().expect("Nomad's answer");
    assert_eq!((&*told.job, &*told.group, told.version), ("shop", "fe", 1));
    let page = format!("{}/ui/allocations/eb1c3bc6-7a58-913c-97c4-fbb03d37c542", server.url());
    assert_eq!(found.page(), Some(page));
    assert!(server.requests().iter().all(|it| it.header("x-nomad-token").is_none()));
    drop(server);
    // Its page is known although it says nothing.
    let refuses = FaultServer::start(|_| Reply::text(403, "Permission denied"));
    register(dc, refuses.addr().port());
    let found = asked(dc);
    assert!(found.page().is_some());
    assert_eq!(found.told.problem.expect("a reason").why.as_ref(), "HTTP 403");
}
