//! The slow, plain interpreter of the IR: the executable meaning
