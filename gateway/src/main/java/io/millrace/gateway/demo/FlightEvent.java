package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One event as it goes to Kafka, and what is known of it.
 *
 * @param index position among all events, from 0
 * @param poison what is wrong with it; empty if nothing is
 * @param malformed true if no reader can make a row of it; a repeat is what it repeats
 * @param flight what it says, absurd values included; of a malformed one, what it would have said
 * @param value the bytes; not to be changed
 */
record FlightEvent(
    long index, Optional<Poison> poison, boolean malformed, Flight flight, byte[] value) {
  FlightEvent {
    requireNonNull(poison, "poison is null");
    requireNonNull(flight, "flight is null");
    requireNonNull(value, "value is null");
  }
}
