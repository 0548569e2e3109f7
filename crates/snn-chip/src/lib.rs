//! What a chip can do and what is loaded on it
