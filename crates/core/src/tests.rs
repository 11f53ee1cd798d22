//! The promises of the core as laws over random command histories, and its forms as texts to read.

mod events;
mod fixture;
mod generate;
mod histories;
mod laws;
mod ledgers;
mod model;
mod parsing;
mod reading;
mod refusals;
mod saved;
mod world;
