//! Names, units and equations checked: the typed model
