//! Who drives whom: connection rules, spike sources and injected currents.
//!
//! A [`Connector`] is a rule over two [`Selection`]s; it can be asked for its counts, its rows and the
//! synapses of a range of targets without being expanded. Architecture invariant: every synapse of every
//! interpreter is drawn here, and the same synapses come out for every range asked for.

mod autapse;
mod check;
mod draws;
mod drive;
mod grid;
mod pairs;
mod projection;
mod regenerate;
mod selection;
mod skips;
mod space;
mod split;
mod value;
mod window;

pub use draws::Draws;
pub use drive::{Inject, Rate, SpikeSource, Waveform, regular_stamp};
pub use projection::{
    Autapses, ConnectError, Connector, Continuous, Live, Major, ModulatorSource, Multapses,
    Projection, Rule, Synapse, SynapseId, SynapseValue, Ties, delay_ticks,
};
pub use regenerate::{Regenerator, Scratch};
pub use selection::{Segment, Selection};
pub use space::{Layout, Space};
pub use value::Evaluator;
pub use window::Window;
