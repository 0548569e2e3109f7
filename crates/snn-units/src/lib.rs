//! Dimensions, units and quantities
