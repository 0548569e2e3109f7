//! E06xx: experiments, overrides, expectations (snn-model).

super::codes! {
}
