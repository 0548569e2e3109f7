//! E03xx: neuron models (snn-model).

super::codes! {
}
