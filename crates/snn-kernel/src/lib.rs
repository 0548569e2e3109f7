//! Straight-line programs of neurons and synapses: builder, verifier, evaluation
