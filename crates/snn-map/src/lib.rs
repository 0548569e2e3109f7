//! Mapping networks onto cores
