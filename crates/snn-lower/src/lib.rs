//! Equations to kernels: exact propagators and integration schemes
