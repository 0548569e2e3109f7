//! Graphviz output.
