//! E04xx: populations, sources, projections (snn-model).

super::codes! {
}
