//! Results of a run: spikes, traces, spike hash, recorder sinks
