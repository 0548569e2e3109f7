//! Dimensions, units and quantities.
//!
//! Turns unit symbols into dimensions and powers of ten, decimal text with a unit into the one
//! coherent system in which everything is computed (ms, mV, pA, nS, pF, GΩ, 1/ms, µm), and values
//! back into text in the user's units.
//!
//! Invariant: every unit is a power of ten of its SI unit, so that reading a literal rounds once.
//!
//! Start at [`Unit::parse`] and [`UnitValue`].

mod coherent;
mod dimension;
mod document;
mod exponent;
mod natural;
mod show;
mod suggest;
mod unit;
mod unit_value;

pub use coherent::{coherent_exp10, in_unit, literal_to_coherent, scale};
pub use dimension::Dimension;
pub use document::units_markdown;
pub use exponent::Exponent;
pub use natural::{best_unit, natural_unit};
pub use show::{show, show_number};
pub use suggest::nearest_unit;
pub use unit::{RESERVED_WORDS, Unit, all_units};
pub use unit_value::UnitValue;
