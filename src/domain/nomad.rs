//! Nomad behind an instance: the allocation that its id names, and what Nomad says of that.

use std::sync::Arc;

use serde::Deserialize;

use super::consumers::Answer;
use super::ids::ServiceId;

/// How the ids of Nomad's workloads begin.
const TASK: &str = "_nomad-task-";
/// The length of an allocation's id.
const ID: usize = 36;

/// An allocation, by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllocationId(pub Arc<str>);

/// An allocation as Nomad tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Its job.
    pub job: Arc<str>,
    /// The job's namespace.
    pub namespace: Arc<str>,
    /// Its task group.
    pub group: Arc<str>,
    /// The node that runs it, by Nomad's name.
    pub node: Arc<str>,
    /// Which version of the job it is of.
    pub version: u64,
    /// `running`, `complete`, `failed`..
    pub status: Arc<str>,
    /// True while it is a canary of a deployment.
    pub is_canary: bool,
    /// Whether its deployment takes it for healthy; `None` while it does not say.
    pub is_healthy: Option<bool>,
}

/// An allocation, and where Nomad shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Its id.
    pub id: AllocationId,
    /// Where Nomad is, as the catalog says; `None` where it says nothing.
    pub nomad: Option<Arc<str>>,
    /// What Nomad says.
    pub told: Answer<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(rename = "JobID")]
    job: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    task_group: String,
    #[serde(default)]
    node_name: String,
    #[serde(default)]
    job_version: u64,
    #[serde(default)]
    client_status: String,
    #[serde(default)]
    deployment_status: Option<WireDeployment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireDeployment {
    #[serde(default)]
    canary: bool,
    #[serde(default)]
    healthy: Option<bool>,
}

impl AllocationId {
    /// The allocation that an instance is of; `None` for one that Nomad does not run.
    pub fn of(id: &ServiceId) -> Option<Self> {
        let id = id.as_str().strip_prefix(TASK)?.get(..ID)?;
        let is_it = |(at, c): (usize, char)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        };
        id.char_indices().all(is_it).then(|| Self(id.into()))
    }
}

impl Told {
    /// Reads `/v1/allocation/ID`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(body: &[u8]) -> serde_json::Result<Self> {
        let wire: Wire = serde_json::from_slice(body)?;
        let deployment = wire.deployment_status.as_ref();
        Ok(Self {
            is_canary: deployment.is_some_and(|it| it.canary),
            is_healthy: deployment.and_then(|it| it.healthy),
            job: wire.job.into(),
            namespace: wire.namespace.into(),
            group: wire.task_group.into(),
            node: wire.node_name.into(),
            version: wire.job_version,
            status: wire.client_status.into(),
        })
    }
}

impl Allocation {
    /// Where Nomad shows it.
    pub fn page(&self) -> Option<String> {
        Some(format!("{}/ui/allocations/{}", self.nomad.as_ref()?, self.id.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_allocation() {
        // Nomad 1.1.0, as it registers a group's service.
        let id = "_nomad-task-eb1c3bc6-7a58-913c-97c4-fbb03d37c542-group-fe-shop-fe-http";
        let found = AllocationId::of(&id.into()).unwrap();
        assert_eq!(&*found.0, "eb1c3bc6-7a58-913c-97c4-fbb03d37c542");
        for none in [
            "web-1",
            "_nomad-task-",
            "_nomad-server-4jgskenad3zj7yz7554ommwernkiaxld",
            "_nomad-task-eb1c3bc6x7a58-913c-97c4-fbb03d37c542-group-fe-shop-fe-http",
        ] {
            assert_eq!(AllocationId::of(&none.into()), None, "{none}");
        }
    }

    #[test]
    fn what_nomad_says_is_read() {
        // Nomad 1.1.0, GET /v1/allocation/ID, trimmed.
        let body = br#"{"ID":"eb1c","JobID":"shop","Namespace":"default","TaskGroup":"fe",
            "NodeName":"dc1-nomad-1","JobVersion":1,"ClientStatus":"running",
            "DeploymentStatus":{"Healthy":true,"Canary":true,"ModifyIndex":17}}"#;
        let told = Told::read(body).unwrap();
        assert_eq!((&*told.job, told.version, told.is_canary), ("shop", 1, true));
        assert_eq!(told.is_healthy, Some(true));
        let bare = Told::read(br#"{"JobID":"x","DeploymentStatus":null}"#).unwrap();
        assert_eq!((bare.is_canary, bare.is_healthy), (false, None));
        assert!(Told::read(b"null").is_err());
    }
}
