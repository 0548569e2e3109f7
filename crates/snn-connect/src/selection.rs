//! Ordered unions of neurons.

/// Consecutive neurons of one population or source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Segment {
    /// Index of the object in declaration order.
    pub object: u32,
    /// First index.
    pub start: u32,
    /// Number of neurons.
    pub len: u32,
}

/// An ordered union of segments. A position counts through all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    segments: Vec<Segment>,
    /// Position of the first neuron of each segment, then the length.
    starts: Vec<u32>,
}

impl Selection {
    /// The union of segments in this order. Total length must stay below 2^32 (the checker refuses more).
    pub fn new(segments: Vec<Segment>) -> Self {
        let mut starts = vec![0u32];
        for s in &segments {
            starts.push(starts[starts.len() - 1] + s.len);
        }
        Self { segments, starts }
    }

    /// Number of neurons.
    pub fn len(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The segments in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Index of the segment that holds a position.
    pub fn segment_at(&self, position: u32) -> usize {
        debug_assert!(position < self.len());
        self.starts.partition_point(|s| *s <= position) - 1
    }

    /// Position of the first neuron of segment `i`.
    pub fn start_of(&self, i: usize) -> u32 {
        self.starts[i]
    }

    /// (object, index) of the neuron at a position.
    pub fn at(&self, position: u32) -> (u32, u32) {
        let i = self.segment_at(position);
        let s = self.segments[i];
        (s.object, s.start + (position - self.starts[i]))
    }

    /// All neurons in order, as (object, index).
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.segments.iter().flat_map(|s| (s.start..s.start + s.len).map(|i| (s.object, i)))
    }
}
