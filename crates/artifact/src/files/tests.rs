mod example;
mod formatting;

mod hostile;
mod laws;
mod refused;
