//! E02xx: names, units, dimensions, constants (snn-model).

super::codes! {
}
