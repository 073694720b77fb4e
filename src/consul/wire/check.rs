//! Checks, as the health endpoints list them.

use std::sync::Arc;

use serde::Deserialize;

use super::{Interner, Text};
use crate::domain::health::{Check, check_status};

/// One check.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
pub(super) struct WireCheck<'a> {
    #[serde(borrow)]
    node: Text<'a>,
    #[serde(rename = "CheckID")]
    check_id: Text<'a>,
    name: Text<'a>,
    status: Text<'a>,
    notes: Text<'a>,
    output: Text<'a>,
    #[serde(rename = "ServiceID")]
    service_id: Text<'a>,
    service_name: Text<'a>,
    #[serde(rename = "Type")]
    kind: Text<'a>,
    create_index: u64,
    modify_index: u64,
}

impl WireCheck<'_> {
    pub(super) fn read(&self, names: &mut Interner) -> Arc<Check> {
        Arc::new(Check {
            node: names.name(&self.node),
            id: names.name(&self.check_id),
            name: names.text(&self.name),
            status: check_status(&self.check_id, &self.status),
            service_id: names.name(&self.service_id),
            service_name: names.name(&self.service_name),
            output: names.text(&self.output),
            notes: names.text(&self.notes),
            kind: names.text(&self.kind),
            create_index: self.create_index,
            modify_index: self.modify_index,
        })
    }
}

/// `/v1/health/state/X` and `/v1/health/node/X`, in the server's order.
pub(crate) fn checks(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Arc<Check>>> {
    let list: Option<Vec<WireCheck<'_>>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().iter().map(|check| check.read(names)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    #[test]
    fn a_real_list_of_checks_is_read() {
        let text = include_str!("../../../tests/fixtures/health-node.json");
        let read = checks(text, &mut Interner::default()).unwrap();
        let of = |id: &str| read.iter().find(|check| check.id.as_str() == id).unwrap();
        assert_eq!(of("_node_maintenance").status, Status::Maintenance);
        assert_eq!(&*of("_node_maintenance").notes, "reboot");
        assert!(of("serfHealth").is_of_node());
        assert_eq!(of("web-1-http").service_name.as_str(), "web");
        assert!(Arc::ptr_eq(&of("serfHealth").output, &of("serfHealth").output));
    }

    #[test]
    fn null_is_an_empty_list_and_a_wrong_type_is_an_error_that_says_where() {
        assert!(checks("null", &mut Interner::default()).unwrap().is_empty());
        let error = checks("[{\"Node\": 7}]", &mut Interner::default()).unwrap_err();
        assert!(error.to_string().contains("line 1 column"), "{error}");
    }
}
