//! Who uses which network and mapping: looked up once, so that checking stays linear.

use std::collections::{HashMap, HashSet};

use snn_syntax::ast::{self, ItemKind};

use crate::context::Context;
use crate::names::{Found, ItemId, Kind};

/// Experiments and mappings by the network they are of.
#[derive(Default)]
pub(crate) struct Users {
    experiments: HashMap<ItemId, Vec<ItemId>>,
    mappings: HashMap<ItemId, Vec<ItemId>>,
    /// Mappings that some experiment runs on.
    run_on: HashSet<ItemId>,
}

impl Users {
    /// Looks every name up.
    pub fn collect(cx: &Context<'_>) -> Self {
        let mut users = Self::default();
        let of_kind = |kind| cx.project.files().flat_map(move |(file, _)| cx.items_of(file, kind));
        let found = |from: ItemId, e: &ast::Expr| match cx.find(from.file, e) {
            Found::Item(id) => Some(id),
            _ => None,
        };
        for id in of_kind(Kind::Experiment) {
            let ItemKind::Experiment(e) = &cx.item(id).kind else { continue };
            if let Some(network) = found(id, &e.network.function) {
                users.experiments.entry(network).or_default().push(id);
            }
            users.run_on.extend(e.on.as_ref().and_then(|on| found(id, on)));
        }
        for id in of_kind(Kind::Mapping) {
            let ItemKind::Mapping { network, .. } = &cx.item(id).kind else { continue };
            if let Some(network) = found(id, network) {
                users.mappings.entry(network).or_default().push(id);
            }
        }
        users
    }

    /// Experiments of a network.
    pub fn experiments(&self, network: ItemId) -> &[ItemId] {
        self.experiments.get(&network).map_or(&[], Vec::as_slice)
    }

    /// Mappings of a network.
    pub fn mappings(&self, network: ItemId) -> &[ItemId] {
        self.mappings.get(&network).map_or(&[], Vec::as_slice)
    }

    /// Mappings of a network that no experiment runs on.
    pub fn idle_mappings(&self, network: ItemId) -> Vec<ItemId> {
        let of = self.mappings(network).iter().copied();
        of.filter(|id| !self.run_on.contains(id)).collect()
    }
}
