//! E07xx: integration methods, stability, memory (snn-lower).

super::codes! {
}
