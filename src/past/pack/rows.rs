//! The rows that change most often, written and read back field by field.

use std::hash::Hash;
use std::sync::Arc;

use super::{Meta, Packed, Packer, Reader};
use crate::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use crate::domain::delta::Delta;
use crate::domain::health::{Check, CheckKey, Counts, Status};
use crate::domain::ids::{CheckId, Dc, NodeName, ServiceId, ServiceName};
use crate::domain::seat::{Seat, Seats};

/// Names are texts.
macro_rules! names {
    ($($name:ident),*) => {$(
        impl Packed for $name {
            fn pack(&self, out: &mut Packer) {
                out.text(self.shared());
            }

            fn unpack(from: &mut Reader) -> Option<Self> {
                from.text().map(Self::from)
            }
        }
    )*};
}

names!(Dc, NodeName, ServiceName, ServiceId, CheckId);

impl Packed for Arc<str> {
    fn pack(&self, out: &mut Packer) {
        out.text(self);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        from.text()
    }
}

impl Packed for usize {
    fn pack(&self, out: &mut Packer) {
        out.number(*self as u64);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        from.size()
    }
}

impl Packed for Status {
    fn pack(&self, out: &mut Packer) {
        out.number(*self as u64);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        const ALL: [Status; 4] =
            [Status::Passing, Status::Maintenance, Status::Warning, Status::Critical];
        let place = from.size()?;
        ALL.get(place).copied()
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, out: &mut Packer) {
        self.len().pack(out);
        self.iter().for_each(|one| one.pack(out));
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        let count = from.size()?;
        (0..count).map(|_| T::unpack(from)).collect()
    }
}

impl<T: Packed> Packed for Arc<T> {
    fn pack(&self, out: &mut Packer) {
        T::pack(self, out);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        T::unpack(from).map(Self::new)
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack(&self, out: &mut Packer) {
        self.0.pack(out);
        self.1.pack(out);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

impl<K: Packed + Hash + Eq, V: Packed> Packed for Delta<K, V> {
    fn pack(&self, out: &mut Packer) {
        self.upserts.pack(out);
        self.removed.pack(out);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self { upserts: Vec::unpack(from)?, removed: Vec::unpack(from)? })
    }
}

impl Packed for CheckKey {
    fn pack(&self, out: &mut Packer) {
        self.node.pack(out);
        self.id.pack(out);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self { node: NodeName::unpack(from)?, id: CheckId::unpack(from)? })
    }
}

impl Packed for Check {
    fn pack(&self, out: &mut Packer) {
        self.key().pack(out);
        self.name.pack(out);
        self.status.pack(out);
        self.service_id.pack(out);
        self.service_name.pack(out);
        self.output.pack(out);
        self.notes.pack(out);
        self.kind.pack(out);
        out.number(self.modify_index);
        out.number(self.create_index);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        let CheckKey { node, id } = CheckKey::unpack(from)?;
        Some(Self {
            node,
            id,
            name: from.text()?,
            status: Status::unpack(from)?,
            service_id: ServiceId::unpack(from)?,
            service_name: ServiceName::unpack(from)?,
            output: from.text()?,
            notes: from.text()?,
            kind: from.text()?,
            modify_index: from.number()?,
            create_index: from.number()?,
        })
    }
}

impl Packed for Counts {
    fn pack(&self, out: &mut Packer) {
        [self.passing, self.warning, self.critical, self.maintenance]
            .iter()
            .for_each(|count| count.pack(out));
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self {
            passing: from.size()?,
            warning: from.size()?,
            critical: from.size()?,
            maintenance: from.size()?,
        })
    }
}

impl Packed for ServiceHealth {
    fn pack(&self, out: &mut Packer) {
        self.name.pack(out);
        out.tags(&self.tags);
        // None is 0, and so many are one more.
        self.instances.map_or(0, |count| count.saturating_add(1)).pack(out);
        self.counts.pack(out);
        out.number(u64::from(self.is_exact));
        out.nodes(&self.nodes);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self {
            name: ServiceName::unpack(from)?,
            tags: from.tags()?,
            instances: from.size()?.checked_sub(1),
            counts: Counts::unpack(from)?,
            is_exact: from.number()? == 1,
            nodes: from.nodes()?,
        })
    }
}

impl Packed for Node {
    fn pack(&self, out: &mut Packer) {
        self.name.pack(out);
        self.address.pack(out);
        self.status.pack(out);
        self.failing_checks.pack(out);
        self.services.pack(out);
        out.meta(&self.meta);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self {
            name: NodeName::unpack(from)?,
            address: from.text()?,
            status: Status::unpack(from)?,
            failing_checks: from.size()?,
            services: from.size()?,
            meta: from.meta()?,
        })
    }
}

impl Packed for InstanceKey {
    fn pack(&self, out: &mut Packer) {
        self.node.pack(out);
        self.id.pack(out);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self { node: NodeName::unpack(from)?, id: ServiceId::unpack(from)? })
    }
}

impl Packed for Instance {
    fn pack(&self, out: &mut Packer) {
        self.service.pack(out);
        self.id.pack(out);
        self.node.pack(out);
        self.address.pack(out);
        out.number(u64::from(self.port));
        self.tags.pack(out);
        self.meta.len().pack(out);
        for (key, value) in &self.meta {
            key.pack(out);
            value.pack(out);
        }
        self.checks.pack(out);
        self.status.pack(out);
        self.version.pack(out);
        out.number(self.modify_index);
        out.number(self.create_index);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self {
            service: ServiceName::unpack(from)?,
            id: ServiceId::unpack(from)?,
            node: NodeName::unpack(from)?,
            address: from.text()?,
            port: u16::try_from(from.number()?).ok()?,
            tags: Vec::unpack(from)?,
            meta: Vec::<(Arc<str>, Arc<str>)>::unpack(from)?.into_iter().collect::<Meta>(),
            checks: Vec::unpack(from)?,
            status: Status::unpack(from)?,
            version: from.text()?,
            modify_index: from.number()?,
            create_index: from.number()?,
        })
    }
}

impl Packed for Seat {
    fn pack(&self, out: &mut Packer) {
        self.node.pack(out);
        self.id.pack(out);
        self.version.pack(out);
        self.status.pack(out);
        self.output.pack(out);
        out.number(self.create_index);
        out.number(self.modify_index);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self {
            node: NodeName::unpack(from)?,
            id: ServiceId::unpack(from)?,
            version: from.text()?,
            status: Status::unpack(from)?,
            output: from.text()?,
            create_index: from.number()?,
            modify_index: from.number()?,
        })
    }
}

impl Packed for Seats {
    fn pack(&self, out: &mut Packer) {
        self.seats.pack(out);
        out.number(self.index);
    }

    fn unpack(from: &mut Reader) -> Option<Self> {
        Some(Self { seats: Vec::unpack(from)?, index: from.number()? })
    }
}
