//! E05xx: chips, mappings and what does not fit (snn-model, snn-map).

super::codes! {
}
