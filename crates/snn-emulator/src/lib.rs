//! The emulated chip: worker threads owning cores
