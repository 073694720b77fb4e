//! Where trouble on the map comes from, as far as it is seen.

use super::{Map, fails, known_of};
use crate::domain::feed::List;
use crate::domain::ids::ServiceName;
use crate::domain::map::graph::Node;
use crate::store::Datacenter;
use crate::ui::text::clean;
use crate::views::known::{Known, Sure};
use crate::views::{Ctx, Response};

impl Map {
    /// The failing service nearest to the root of the trouble, and how many stand behind it.
    pub(super) fn root(&self, ctx: &Ctx, from: Option<&ServiceName>) -> Option<Node> {
        let is_failing =
            |node| fails(self.net.name(node).and_then(|name| known_of(ctx, &self.unseen, name)));
        let from = from.and_then(|name| self.net.find(name));
        self.net.graph().root_of_trouble(from, is_failing)
    }

    /// To the failing service nearest to the root of the trouble.
    pub(super) fn trouble(&mut self, ctx: &Ctx) -> Response {
        let graph = self.net.graph();
        let Some(root) = self.root(ctx, self.worst_here(ctx).as_ref()) else {
            let is_filtered = |(_, dc): (_, &Datacenter)| {
                let freshness = dc.freshness(&List::Checks);
                freshness.may_be_filtered
            };
            let text = match &*self.unseen.words() {
                "" if !ctx.store.datacenters().any(is_filtered) => {
                    "nothing on the map fails".to_owned()
                }
                "" => {
                    "nothing on the map is seen failing; checks may be filtered by ACLs".to_owned()
                }
                unseen => format!("nothing on the map is seen failing{unseen}"),
            };
            return Response::Notice(format!("{text}{}", self.apart_named(ctx)));
        };
        let behind = graph.behind(root);
        let name = self.net.name(root).cloned().unwrap_or_default();
        let stand =
            if behind == 1 { "1 service stands" } else { &format!("{behind} services stand") };
        let known = |name: &ServiceName| known_of(ctx, &self.unseen, name);
        // What failed in a datacenter that is not seen may be well by now.
        let is = match known(&name) {
            Some(Known { worst, sure: Sure::No }) => format!("was {}", worst.word()),
            Some(Known { worst, .. }) => format!("is {}", worst.word()),
            None => "fails".to_owned(),
        };
        let is_failing = |node: &Node| fails(self.net.name(*node).and_then(known));
        let unseen = self.unseen.words();
        let called = if graph.calls(root).iter().any(is_failing) {
            "it and others call each other in a ring"
        } else if unseen.is_empty() {
            "nothing that it calls fails"
        } else {
            "nothing that it calls is seen failing"
        };
        let shown = clean(name.as_str()).into_owned();
        self.go_to(ctx, name);
        Response::Notice(format!("{shown} {is}, {called}; {stand} behind it{unseen}"))
    }
}
