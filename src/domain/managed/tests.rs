//! Behaviour, to be read as a table.
