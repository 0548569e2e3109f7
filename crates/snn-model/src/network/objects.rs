//! Populations and sources made so far, singly and in families.

use std::collections::{HashMap, HashSet};

use snn_connect::Segment;
use snn_diagnostics::Span;

use crate::model::{Object, ObjectKind};

/// All objects of a network in declaration order, by name and family index.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    list: Vec<Object>,
    /// By name, in networks inside networks with the path to it: `col.E`.
    families: HashMap<String, Family>,
    /// Networks inside networks, in the same way.
    modules: HashMap<String, ModuleFamily>,
}

/// Instances of a network that share a name.
#[derive(Debug)]
pub(crate) struct ModuleFamily {
    /// Where it was declared.
    pub declared: Span,
    /// Number of its own indices.
    pub depth: usize,
    instances: HashSet<Vec<i64>>,
    /// Smallest and largest index at each level, those of the networks around it first.
    extents: Vec<(i64, i64)>,
    faulty: bool,
}

/// A population, or populations that share a name.
#[derive(Debug)]
pub(crate) struct Family {
    /// Where its name was first declared.
    pub declared: Span,
    /// Number of family indices; 0 for a single population.
    pub depth: usize,
    /// Indices and object of each member in declaration order; no object where it was faulty.
    members: Vec<(Vec<i64>, Option<u32>)>,
    by_index: HashMap<Vec<i64>, Option<u32>>,
    /// Smallest and largest index at each level.
    extents: Vec<(i64, i64)>,
    /// A member could not even be named: whoever looks for a missing member may mean that one.
    faulty: bool,
}

/// What becomes of a declaration of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It has its place.
    Yes,
    /// The member exists.
    Twice,
    /// Other members have another number of indices.
    OtherDepth(usize),
}

impl Objects {
    /// All objects; the position is the object id.
    pub fn list(&self) -> &[Object] {
        &self.list
    }

    /// All objects, for changes that keep their number and names.
    pub fn list_mut(&mut self) -> &mut [Object] {
        &mut self.list
    }

    /// Hands the objects over.
    pub fn into_list(self) -> Vec<Object> {
        self.list
    }

    /// An object.
    pub fn get(&self, id: u32) -> &Object {
        &self.list[id as usize]
    }

    /// The neuron model of an object by its index in the model, where it is a population.
    pub fn neuron(&self, id: u32) -> Option<usize> {
        match self.get(id).kind {
            ObjectKind::Population { neuron, .. } => Some(neuron),
            ObjectKind::Source(_) | ObjectKind::Rate(_) => None,
        }
    }

    /// The family of a name.
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// Where a name was declared.
    pub fn declared(&self, name: &str) -> Option<Span> {
        let module = || Some(self.modules.get(name)?.declared);
        self.families.get(name).map(|f| f.declared).or_else(module)
    }

    /// A network inside this one.
    pub fn module(&self, name: &str) -> Option<&ModuleFamily> {
        self.modules.get(name)
    }

    /// The names under a path, in no particular order.
    pub fn names<'s>(&'s self, path: &'s str) -> impl Iterator<Item = &'s str> {
        let all = self.families.keys().chain(self.modules.keys());
        all.filter_map(move |name| name.strip_prefix(path)).filter(|name| !name.contains('.'))
    }

    /// Adds an instance with its indices, `depth` of them its own; false where it exists.
    pub fn add_module(
        &mut self,
        name: &str,
        indices: &[i64],
        depth: usize,
        declared: Span,
    ) -> bool {
        self.announce_module(name.to_owned(), declared);
        let Some(family) = self.modules.get_mut(name) else { return false };
        family.depth = depth;
        widen(&mut family.extents, indices);
        family.instances.insert(indices.to_vec())
    }

    /// Makes the name of a network known before any instance is; what is faulty stays silent.
    pub fn announce_module(&mut self, name: String, declared: Span) {
        self.modules.entry(name).or_insert_with(|| ModuleFamily {
            declared,
            depth: 0,
            instances: HashSet::new(),
            extents: Vec::new(),
            faulty: false,
        });
    }

    /// Notes that an instance could not be made.
    pub fn spoil_module(&mut self, name: String, declared: Span) {
        self.announce_module(name.clone(), declared);
        if let Some(module) = self.modules.get_mut(&name) {
            module.faulty = true;
        }
    }

    /// Makes the name known before any member is.
    pub fn announce(&mut self, name: &str, declared: Span) {
        if self.families.contains_key(name) {
            return;
        }
        self.families.entry(name.to_owned()).or_insert_with(|| Family {
            declared,
            depth: usize::MAX,
            members: Vec::new(),
            by_index: HashMap::new(),
            extents: Vec::new(),
            faulty: false,
        });
    }

    /// Adds a member; `object` is none where the declaration was faulty.
    pub fn add(
        &mut self,
        name: &str,
        indices: Vec<i64>,
        object: Option<Object>,
        declared: Span,
    ) -> Added {
        self.announce(name, declared);
        let Some(family) = self.families.get_mut(name) else { return Added::Twice };
        if family.depth == usize::MAX {
            family.depth = indices.len();
        } else if family.depth != indices.len() {
            return Added::OtherDepth(family.depth);
        }
        if family.by_index.contains_key(&indices) {
            return Added::Twice;
        }
        widen(&mut family.extents, &indices);
        let id = object.map(|object| {
            self.list.push(object);
            self.list.len() as u32 - 1
        });
        family.by_index.insert(indices.clone(), id);
        family.members.push((indices, id));
        Added::Yes
    }

    /// Notes that a member could not be named.
    pub fn spoil(&mut self, name: &str, declared: Span) {
        self.announce(name, declared);
        if let Some(family) = self.families.get_mut(name) {
            family.faulty = true;
        }
    }

    /// A whole object as a segment.
    pub fn whole(&self, id: u32) -> Segment {
        Segment { object: id, start: 0, len: self.get(id).size }
    }
}

fn widen(extents: &mut Vec<(i64, i64)>, indices: &[i64]) {
    extents.resize(indices.len(), (i64::MAX, i64::MIN));
    for (extent, i) in extents.iter_mut().zip(indices) {
        *extent = (extent.0.min(*i), extent.1.max(*i));
    }
}

impl ModuleFamily {
    /// Smallest and largest index at a level.
    pub fn extent(&self, level: usize) -> Option<(i64, i64)> {
        self.extents.get(level).copied()
    }

    /// Whether a fault has been reported that may explain what is missing in it.
    pub fn is_faulty(&self) -> bool {
        self.faulty
    }
}

impl Family {
    /// Members whose first indices fulfil `fits`, in declaration order.
    pub fn members(&self, fits: impl Fn(&[i64]) -> bool) -> impl Iterator<Item = Option<u32>> {
        self.members.iter().filter(move |(indices, _)| fits(indices)).map(|(_, id)| *id)
    }

    /// The member with exactly these indices.
    pub fn member(&self, indices: &[i64]) -> Option<Option<u32>> {
        self.by_index.get(indices).copied()
    }

    /// Whether a fault has been reported that may explain a missing member.
    pub fn is_faulty(&self) -> bool {
        self.faulty || self.members.iter().any(|(_, id)| id.is_none())
    }

    /// Smallest and largest index at a level.
    pub fn extent(&self, level: usize) -> Option<(i64, i64)> {
        self.extents.get(level).copied()
    }
}
