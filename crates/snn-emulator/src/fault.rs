//! Faults planted on purpose, to prove that the differential tests would see them.

/// A planted fault; each breaks one rule of `spec/semantics.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Spikes arrive one tick late.
    LateArrival,
    /// Spikes arrive one tick early.
    EarlyArrival,
    /// The first batch from another worker is lost.
    LostBatch,
    /// Every hundredth own spike is not delivered.
    LostSpike,
    /// Every hundredth own spike is delivered twice.
    DoubledSpike,
    /// Spikes of one tick are used in descending order.
    SwappedOrder,
    /// Refractoriness ends one tick early.
    ShortRefractory,
    /// Refractoriness ends one tick late.
    LongRefractory,
    /// Injected currents act one tick late.
    LateInjection,
    /// Trains are taken one tick late.
    LateTrains,
    /// Weights computed in f64 are rounded to f32.
    RoundedWeights,
    /// Spikes of sources of multiplicity above one count once.
    LostMultiplicity,
    /// Every tenth tick a post spike does not reach its synapses.
    LostPostSpike,
    /// Of two spikes at a synapse in one tick the other is first.
    SwappedTies,
    /// Every fifth pre spike does not step its traces.
    StaleTrace,
    /// Weights leave their bounds.
    UnclippedWeight,
    /// Draws in `on pre` are those of the spike a tick later.
    WrongDraw,
    /// A dendrite takes no time.
    IgnoredDendrite,
    /// Modulators step a tick late.
    LateModulator,
    /// Synapses go on where they should begin anew.
    KeptWeights,
    /// Synapses are changed without being brought to that tick.
    SkippedVisit,
    /// Weights that are set are not taken.
    IgnoredSet,
}

impl Fault {
    /// Faults of live synapses.
    pub const SYNAPSES: [Self; 10] = [
        Self::LostPostSpike,
        Self::SwappedTies,
        Self::StaleTrace,
        Self::UnclippedWeight,
        Self::WrongDraw,
        Self::IgnoredDendrite,
        Self::LateModulator,
        Self::KeptWeights,
        Self::SkippedVisit,
        Self::IgnoredSet,
    ];

    /// Every other fault.
    pub const ALL: [Self; 12] = [
        Self::LateArrival,
        Self::EarlyArrival,
        Self::LostBatch,
        Self::LostSpike,
        Self::DoubledSpike,
        Self::SwappedOrder,
        Self::ShortRefractory,
        Self::LongRefractory,
        Self::LateInjection,
        Self::LateTrains,
        Self::RoundedWeights,
        Self::LostMultiplicity,
    ];
}
