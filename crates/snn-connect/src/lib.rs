//! Connection rules: the one place that draws synapses
