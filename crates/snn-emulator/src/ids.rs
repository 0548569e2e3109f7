//! Global identity of every neuron and train: objects in declaration order, indices within them.

use snn_chip::ChipImage;

/// Maps (object, index) to one ascending number and back.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    /// First id of each object, then the number of ids.
    first: Vec<u32>,
}

impl Ids {
    /// `None` where the network has 2^32 neurons and trains or more.
    pub(crate) fn new(image: &ChipImage) -> Option<Self> {
        let mut first = vec![0u32];
        for object in &image.objects {
            first.push(first[first.len() - 1].checked_add(object.size)?);
        }
        Some(Self { first })
    }

    pub(crate) fn len(&self) -> usize {
        self.first[self.first.len() - 1] as usize
    }

    #[inline]
    pub(crate) fn id(&self, object: u32, index: u32) -> u32 {
        self.first[object as usize] + index
    }

    #[inline]
    pub(crate) fn of(&self, id: u32) -> (u32, u32) {
        let object = self.first.partition_point(|f| *f <= id) - 1;
        (object as u32, id - self.first[object])
    }
}
